//! What the visitor agreed to.

use crate::value::Value;

/// What data is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Measuring: events are recorded and sent.
    Analytics,
    /// Deciding by the visitor's own history.
    Personalization,
    /// Contacting the visitor, and offers that need such a purpose.
    Marketing,
}

/// What holds before a choice, as the shop configures it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing is stored or sent before the visitor's choice.
    Ask,
    /// Analytics and personalization hold until refused; marketing waits for a yes.
    #[default]
    Granted,
}

/// One answer a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// See [`Purpose::Analytics`].
    pub analytics: bool,
    /// See [`Purpose::Personalization`].
    pub personalization: bool,
    /// See [`Purpose::Marketing`].
    pub marketing: bool,
}

/// The state of consent: the shop's mode, the visitor's choice, the browser's signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// The shop's mode.
    pub mode: Mode,
    /// The visitor's choice, once made.
    pub choice: Option<Choice>,
    /// Global Privacy Control (w3.org/TR/gpc): an opt-out of marketing; its absence is no consent.
    pub opt_out: bool,
}

impl Consent {
    /// Whether the visitor still has to choose.
    pub fn pending(&self) -> bool {
        self.mode == Mode::Ask && self.choice.is_none()
    }

    /// Whether a purpose is allowed now.
    pub fn allows(&self, purpose: Purpose) -> bool {
        let choice = match (self.choice, self.mode) {
            (Some(choice), _) => choice,
            (None, Mode::Granted) => Choice { analytics: true, personalization: true, marketing: false },
            (None, Mode::Ask) => return false,
        };
        match purpose {
            Purpose::Analytics => choice.analytics,
            Purpose::Personalization => choice.personalization,
            Purpose::Marketing => choice.marketing && !self.opt_out,
        }
    }

    /// Whether anything at all may be kept in the browser.
    pub fn stores(&self) -> bool {
        self.allows(Purpose::Analytics) || self.allows(Purpose::Personalization)
    }

    /// Takes the visitor's choice; purposes not named keep their answer, unanswered ones are refused.
    /// Only `true` is a yes.
    pub fn choose(&mut self, answer: &Value) {
        let now = Choice {
            analytics: self.allows(Purpose::Analytics),
            personalization: self.allows(Purpose::Personalization),
            marketing: self.choice.is_some_and(|choice| choice.marketing),
        };
        let said = |name: &str, before| answer.get(name).map_or(before, |said| *said == Value::Bool(true));
        self.choice = Some(Choice {
            analytics: said("analytics", now.analytics),
            personalization: said("personalization", now.personalization),
            marketing: said("marketing", now.marketing),
        });
    }

    /// As `shop.visitor().consent` shows it.
    pub fn to_value(&self) -> Value {
        Value::object([
            ("asked", self.choice.is_some().into()),
            ("analytics", self.allows(Purpose::Analytics).into()),
            ("personalization", self.allows(Purpose::Personalization).into()),
            ("marketing", self.allows(Purpose::Marketing).into()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_shops_wait() {
        let mut consent = Consent { mode: Mode::Ask, ..Consent::default() };
        assert!(consent.pending() && !consent.stores());
        consent.choose(&Value::object([("analytics", true.into())]));
        assert!(!consent.pending() && consent.allows(Purpose::Analytics) && consent.stores());
        assert!(!consent.allows(Purpose::Personalization) && !consent.allows(Purpose::Marketing));
    }

    #[test]
    fn a_signal_opts_out_and_never_in() {
        let mut consent = Consent { opt_out: true, ..Consent::default() };
        assert!(consent.allows(Purpose::Analytics) && !consent.allows(Purpose::Marketing));
        consent.choose(&Value::object([("marketing", true.into())]));
        assert!(!consent.allows(Purpose::Marketing));
        assert!(!Consent { mode: Mode::Ask, opt_out: false, choice: None }.allows(Purpose::Marketing));
    }

    #[test]
    fn refusal_in_part_leaves_the_rest() {
        let mut consent = Consent::default();
        consent.choose(&Value::object([("personalization", false.into())]));
        assert!(consent.allows(Purpose::Analytics) && !consent.allows(Purpose::Personalization));
        assert!(!consent.allows(Purpose::Marketing), "nobody said yes to that");
        consent.choose(&Value::object([("marketing", true.into()), ("analytics", "false".into())]));
        assert!(consent.allows(Purpose::Marketing) && !consent.allows(Purpose::Analytics));
    }
}
