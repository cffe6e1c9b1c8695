//! Permission to write to the visitor, asked one step at a time (Seth Godin, "Permission Marketing", 1999):
//! the next step is offered only when the one before was granted.

use super::preferences::bounded;
use crate::time::{DAY, Millis};
use crate::value::Value;

/// How long a step that was put off is not offered again.
const REST: Millis = 30 * DAY;
/// How often a step is offered before it is let be.
const OFFERS: f64 = 3.0;
/// Most channels remembered, and the longest name of one.
const MAX_CHANNELS: usize = 10;
const MAX_NAME: usize = 40;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The visitor agreed.
    Granted,
    /// The visitor agreed once and no longer does.
    Withdrawn,
    /// Not now.
    Later,
}

const NAMES: [&str; 3] = ["granted", "withdrawn", "later"];

/// Answers by channel: `{channel: {answer, at, times}}`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Permissions(Value);

impl Permissions {
    /// Notes an answer; says whether the state changed. Names past 40 bytes, and an eleventh, are not kept.
    pub fn note(&mut self, channel: &str, answer: Answer, now: Millis) -> bool {
        let before = self.0.get(channel);
        let is = before.and_then(|before| before.str("answer")).unwrap_or_default();
        let room = before.is_some() || self.0.members().len() < MAX_CHANNELS;
        // Who agreed is not asked, so has nothing to put off.
        let same = if answer == Answer::Later { NAMES[0] } else { NAMES[answer as usize] };
        if channel.is_empty() || channel.len() > MAX_NAME || !room || is == same {
            return false;
        }
        let more = if answer == Answer::Later { 1.0 } else { 0.0 };
        let times = more + before.and_then(|before| before.number("times")).unwrap_or(0.0);
        let answer = NAMES[answer as usize].into();
        self.0.set(channel, Value::object([("answer", answer), ("at", now.into()), ("times", times.into())]));
        true
    }

    /// The place of the step to offer now, of the shop's steps in their order; nothing while one is to rest.
    pub fn next(&self, channels: &[&str], now: Millis) -> Option<usize> {
        for (place, channel) in channels.iter().enumerate() {
            let Some(known) = self.0.get(channel) else { return Some(place) };
            match known.str("answer") {
                Some("granted") => {}
                Some("later") => {
                    let rested = known.number("at").unwrap_or(0.0) as Millis + REST <= now;
                    return (rested && known.number("times") < Some(OFFERS)).then_some(place);
                }
                _ => return None,
            }
        }
        None
    }

    /// As kept in the profile; `Null` where nothing was ever answered.
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }

    /// Reads what [`Permissions::to_value`] wrote; more than all channels can be is not read.
    pub fn from_value(value: &Value) -> Permissions {
        Permissions(bounded(value, MAX_CHANNELS * (MAX_NAME + 160)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::END;
    use proptest::prelude::*;

    const STEPS: [&str; 3] = ["newsletter", "sms", "push"];

    #[test]
    fn one_step_at_a_time() {
        let mut known = Permissions::default();
        assert_eq!(known.next(&STEPS, 0), Some(0));
        assert!(
            known.note("newsletter", Answer::Granted, 1) && !known.note("newsletter", Answer::Granted, 2)
        );
        assert_eq!(known.next(&STEPS, 3), Some(1));
        for time in 0..3 {
            let at = time * REST;
            assert_eq!(known.next(&STEPS, at), Some(1), "{time}");
            known.note("sms", Answer::Later, at);
            assert_eq!(known.next(&STEPS, at + REST - 1), None, "it rests, and the next is not reached");
        }
        assert_eq!(known.next(&STEPS, 100 * REST), None, "let be");
        assert!(known.note("newsletter", Answer::Withdrawn, 9));
        assert_eq!(known.next(&STEPS, 100 * REST), None, "a withdrawal is not argued with");
        assert_eq!(Permissions::from_value(&known.to_value()), known);
    }

    proptest! {
        #[test]
        fn no_step_is_offered_before_the_one_below_is_granted(answers in prop::collection::vec((0usize..3, 0usize..3, 0u64..200), 0..20), at in 0u64..400) {
            let mut known = Permissions::default();
            for (step, answer, day) in answers {
                known.note(STEPS[step], [Answer::Granted, Answer::Withdrawn, Answer::Later][answer], day * DAY);
            }
            if let Some(place) = known.next(&STEPS, at * DAY) {
                for step in &STEPS[..place] {
                    prop_assert_eq!(known.0.get(step).and_then(|kept| kept.str("answer")), Some("granted"));
                }
            }
            prop_assert_eq!(Permissions::from_value(&known.to_value()).to_value(), known.to_value());
        }

        #[test]
        fn what_is_noted_is_bounded_and_comes_back(names in prop::collection::vec(".{0,60}", 0..30)) {
            let mut known = Permissions::default();
            for name in &names {
                known.note(name, Answer::Later, END);
            }
            prop_assert!(known.0.members().len() <= MAX_CHANNELS);
            prop_assert_eq!(Permissions::from_value(&known.to_value()), known);
        }
    }
}
