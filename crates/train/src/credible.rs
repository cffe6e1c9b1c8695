//! Which instants to believe.

/// Fewest orders and visits among which one alone can be told to be wrong.
const MIN_SOURCES: usize = 20;
/// From so many orders and visits on, they follow each other closely.
const MANY_SOURCES: usize = 1000;
/// How far ahead the last few may be where there are many, in milliseconds: 30 days.
const NEAR: i64 = 30 * 86_400_000;
/// How far ahead the last one may be where there are few, in milliseconds: a year.
const FAR: i64 = 365 * 86_400_000;

/// The latest instant that a clock may say, from the last instants of all orders and visits.
///
/// One wrong clock must not make all true history look old: the last 0.1 % (at least one) are
/// believed only when they lie within 30 days of the rest; below 1000 orders and visits within a year;
/// below 20 nothing can be told and all is believed. A rank of instants: no order of rows changes it.
pub(crate) fn latest_credible(mut sources: Vec<i64>) -> i64 {
    let count = sources.len();
    if count < MIN_SOURCES {
        return i64::MAX;
    }
    let doubted = (count / MANY_SOURCES).max(1);
    let (_, &mut rest, _) = sources.select_nth_unstable(count - 1 - doubted);
    rest.saturating_add(if count < MANY_SOURCES { FAR } else { NEAR })
}

/// An instant in words.
pub(crate) fn instant(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn the_last_few_are_believed_only_near_the_rest() {
        let days = |count: i64| (0..count).map(|n| n % 28 * DAY).collect::<Vec<i64>>();
        let after = |count: i64, ahead: &[i64]| {
            latest_credible(days(count).into_iter().chain(ahead.iter().copied()).collect())
        };
        assert_eq!(after(18, &[9999 * DAY]), i64::MAX, "of 19 nothing can be told");
        assert_eq!(after(100, &[9999 * DAY]), 27 * DAY + FAR);
        assert_eq!(after(100, &[9999 * DAY; 2]), 9999 * DAY + FAR, "two that agree are believed");
        assert_eq!(after(5000, &[9999 * DAY; 5]), 27 * DAY + NEAR);
        assert_eq!(after(5000, &[9999 * DAY; 6]), 9999 * DAY + NEAR);
    }

    proptest! {
        #[test]
        fn no_order_matters(mut instants in proptest::collection::vec(0i64..1_000_000, 20..60)) {
            let one = latest_credible(instants.clone());
            instants.reverse();
            prop_assert_eq!(one, latest_credible(instants));
        }
    }
}
