//! How a customer bought: the four numbers that lifetime models read.

use crate::time::{DAY, Millis};

/// The unit of time that a model is fitted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// One day.
    Day,
    /// Seven days.
    #[default]
    Week,
    /// 30.4375 days, a twelfth of a Julian year.
    Month,
}

impl Period {
    /// Its length in days.
    pub fn days(self) -> f64 {
        match self {
            Period::Day => 1.0,
            Period::Week => 7.0,
            Period::Month => 30.4375,
        }
    }

    /// How many make up a month when value is discounted: 30, 4.345 or 1, the convention of the
    /// published lifetime-value tables.
    pub fn in_month(self) -> f64 {
        match self {
            Period::Day => 30.0,
            Period::Week => 4.345,
            Period::Month => 1.0,
        }
    }
}

/// All that was bought on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PurchaseDay {
    /// Days since 1970, in UTC.
    pub day: u64,
    /// Money in the shop's currency, returns taken off.
    pub value: f64,
}

impl PurchaseDay {
    /// Puts purchases in any order together by day, oldest first: orders of one day count once.
    pub fn of(purchases: impl IntoIterator<Item = (Millis, f64)>) -> Vec<PurchaseDay> {
        let mut days: Vec<PurchaseDay> = Vec::new();
        for (at, value) in purchases {
            let day = at / DAY;
            // Purchases come nearly in order, so the place is near the end.
            let place = days.iter().rposition(|known| known.day <= day).map_or(0, |before| before + 1);
            match place.checked_sub(1).map(|before| &mut days[before]) {
                Some(known) if known.day == day => known.value += value,
                _ => days.insert(place, PurchaseDay { day, value }),
            }
        }
        days
    }
}

/// How a customer bought, up to a day. Source of the definitions: Fader and Hardie, "A Note on Deriving the
/// Pareto/NBD Model", and its successors; time in [`Period`]s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Buying {
    /// Days with a purchase after the first.
    pub frequency: u32,
    /// From the first purchase to the last.
    pub recency: f64,
    /// From the first purchase to the day of scoring.
    pub t: f64,
    /// Mean value of the repeat days; 0 without any.
    pub monetary: f64,
}

impl Buying {
    /// From the purchase days, oldest first, and the day of scoring; later days are not looked at. `None`
    /// before the first.
    pub fn until(days: &[PurchaseDay], today: u64, period: Period) -> Option<Buying> {
        let known = &days[..days.partition_point(|purchase| purchase.day <= today)];
        let (first, repeats) = known.split_first()?;
        let since = |day: u64| (day - first.day) as f64 / period.days();
        let value: f64 = repeats.iter().map(|repeat| repeat.value).sum();
        Some(Buying {
            frequency: repeats.len() as u32,
            recency: since(repeats.last().unwrap_or(first).day),
            t: since(today),
            monetary: if repeats.is_empty() { 0.0 } else { value / repeats.len() as f64 },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn orders_of_one_day_count_once_and_later_ones_not_at_all() {
        let noon = |day: u64| day * DAY + DAY / 2;
        let bought = [(noon(100), 5.0), (noon(107), 10.0), (noon(107) + 1, 20.0), (noon(114), 50.0)];
        let days = PurchaseDay::of(bought);
        assert_eq!(
            Buying::until(&days, 114, Period::Week),
            Some(Buying { frequency: 2, recency: 2.0, t: 2.0, monetary: 40.0 })
        );
        assert_eq!(
            Buying::until(&days, 113, Period::Day),
            Some(Buying { frequency: 1, recency: 7.0, t: 13.0, monetary: 30.0 })
        );
        let once = Buying { frequency: 0, recency: 0.0, t: 0.0, monetary: 0.0 };
        assert_eq!(Buying::until(&days, 100, Period::Month), Some(once));
        assert_eq!(Buying::until(&days, 99, Period::Week), None);
        assert_eq!(Buying::until(&[], 99, Period::Week), None);
    }

    proptest! {
        #[test]
        fn the_order_of_purchases_does_not_matter(mut bought in proptest::collection::vec((0u64..40 * DAY, -9i32..99), 0..30)) {
            let days = |bought: &[(u64, i32)]| PurchaseDay::of(bought.iter().map(|(at, value)| (*at, f64::from(*value))));
            let one = days(&bought);
            bought.reverse();
            prop_assert!(one.windows(2).all(|pair| pair[0].day < pair[1].day));
            prop_assert_eq!(one, days(&bought));
        }
    }
}
