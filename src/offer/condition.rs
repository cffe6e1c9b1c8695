//! Conditions: who a rule is for.
//!
//! A condition is asked as it stands in the payload. A form read beforehand cost the module half as
//! many kilobytes again; what it would save in time has not been measured.
//!
//! A condition that needs an operator or a kind of saved group this engine does not know is neither true
//! nor false, so that `$not` cannot turn it into a match: only a certain `true` passes.

use super::group;
use super::host::Host;
use super::operator;
use super::path;
use crate::value::Value;
use std::cell::Cell;

/// A result, or `None` where it hangs on something this engine does not know.
pub(super) type Tri = Option<bool>;

/// Everything a condition is asked with.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The attributes, or whatever value is looked at.
    pub subject: &'a Value,
    /// The payload's `savedGroups`.
    pub groups: &'a Value,
    pub host: &'a dyn Host,
    pub work: &'a Work,
    /// The saved groups on the way here.
    pub within: Option<&'a Within<'a>>,
}

/// One saved group on the way, and those before it.
pub(super) struct Within<'a> {
    pub id: &'a str,
    pub depth: u8,
    pub outer: Option<&'a Within<'a>>,
}

/// What one question has cost so far, and whether it came upon something malformed.
#[derive(Default)]
pub(super) struct Work {
    pub groups: Cell<u16>,
    malformed: Cell<bool>,
}

/// Saved groups nested deeper are not followed.
pub(super) const MAX_GROUP_DEPTH: u8 = 128;

/// Saved groups looked into for one condition: past them the condition fails.
pub(super) const MAX_GROUP_WORK: u16 = 4096;

impl Work {
    /// Whether the condition as a whole has failed already.
    pub fn is_void(&self) -> bool {
        self.malformed.get() || self.groups.get() > MAX_GROUP_WORK
    }
}

/// Whether a condition holds for these attributes. `groups` is the payload's `savedGroups`.
pub fn holds(condition: &Value, attributes: &Value, groups: &Value, host: &dyn Host) -> bool {
    let work = Work::default();
    let scope = Scope { subject: attributes, groups, host, work: &work, within: None };
    ask(condition, scope) == Some(true) && !work.is_void()
}

/// Asks a condition: each of its members must hold.
pub(super) fn ask(condition: &Value, scope: Scope) -> Tri {
    match condition {
        Value::Object(members) => all(members, &|(name, value)| member(name, value, scope)),
        Value::Null => malformed(scope),
        _ => Some(false),
    }
}

fn member(name: &str, value: &Value, scope: Scope) -> Tri {
    if scope.work.is_void() {
        return Some(false);
    }
    match name {
        "$and" | "$or" | "$nor" => match value {
            Value::Array(conditions) if name == "$and" => all(conditions, &|one| ask(one, scope)),
            Value::Array(conditions) if conditions.is_empty() => Some(name == "$or"),
            Value::Array(conditions) => {
                let found = any(conditions, &|one| ask(one, scope));
                if name == "$or" { found } else { not(found) }
            }
            Value::Null => malformed(scope),
            _ => Some(false),
        },
        "$not" => match value {
            Value::Object(_) => not(ask(value, scope)),
            Value::Null => malformed(scope),
            _ => Some(false),
        },
        "$savedGroup" => group::holds(value, scope),
        "$savedGroups" => Some(false),
        _ => operator::check(value, &path::find(scope.subject, name), scope),
    }
}

/// What JavaScript would throw at: the whole condition fails, also where it is negated.
fn malformed(scope: Scope) -> Tri {
    scope.work.malformed.set(true);
    Some(false)
}

pub(super) fn not(result: Tri) -> Tri {
    result.map(|held| !held)
}

/// One failure decides, wherever an unknown stands.
pub(super) fn all<T>(items: &[T], ask: &dyn Fn(&T) -> Tri) -> Tri {
    let mut result = Some(true);
    for item in items {
        match ask(item) {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

/// One success decides, wherever an unknown stands.
pub(super) fn any(items: &[Value], ask: &dyn Fn(&Value) -> Tri) -> Tri {
    not(all(items, &|item| not(ask(item))))
}
