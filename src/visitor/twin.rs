//! What this browser knows of the lasting twin: the cookie `tanish_s`, which only the relay sets and
//! no script can read.

use crate::time::Millis;
use crate::value::Value;

/// Where the page stands with the relay's cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Twin {
    /// When the relay was last asked, answered or not.
    pub asked: Option<Millis>,
    /// The relay has answered in this browser: there is a twin.
    pub known: bool,
    /// The twin may still name who left: it is to be cleared before it may name anybody.
    pub stale: bool,
}

impl Twin {
    /// As kept in the profile; nothing where there is nothing to keep.
    pub fn to_value(self) -> Option<Value> {
        (self != Twin::default()).then(|| {
            Value::object([
                ("asked", self.asked.into()),
                ("known", self.known.into()),
                ("stale", self.stale.into()),
            ])
        })
    }

    /// Reads what [`Twin::to_value`] wrote.
    pub fn from_value(value: &Value, now: Millis) -> Twin {
        let is = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(false);
        // A question from the future is none: the clock was set back.
        let asked = value.number("asked").filter(|at| (0.0..=now as f64).contains(at));
        Twin { asked: asked.map(|at| at as Millis), known: is("known"), stale: is("stale") }
    }

    /// Joins what another tab knows; `newer` says whether it is the one to believe.
    pub fn merge(&mut self, other: Twin, newer: bool) {
        self.asked = self.asked.max(other.asked);
        self.known |= other.known;
        if newer {
            self.stale = other.stale;
        }
    }
}
