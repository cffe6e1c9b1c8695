//! Recency, frequency, monetary value: 1 (worst) to 5 (best) each.
//!
//! The scale is the classic one of e-CRM practice: recency > 12 months, ≤ 12, ≤ 6, ≤ 3, ≤ 1 month;
//! frequency less than one order in 6 months, one in 6, in 3, in 2 months, monthly; money as the shop
//! sets it.

use crate::time::{MONTH, Millis};

/// One score a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rfm {
    /// How long since the last order.
    pub recency: u8,
    /// How often.
    pub frequency: u8,
    /// How much in all.
    pub monetary: u8,
}

/// Where the scores change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RfmScale {
    /// Months since the last order: up to the first scores 5, up to the last scores 2, past it 1.
    pub recency: [f64; 4],
    /// Months between orders: the same.
    pub frequency: [f64; 4],
    /// Money in the shop's currency: from the first scores 2, from the last scores 5.
    pub money: [f64; 4],
}

impl Default for RfmScale {
    /// Money in US dollars.
    fn default() -> RfmScale {
        RfmScale {
            recency: [1.0, 3.0, 6.0, 12.0],
            frequency: [1.0, 2.0, 3.0, 6.0],
            money: [10.0, 50.0, 100.0, 200.0],
        }
    }
}

impl RfmScale {
    /// Scores a customer by the times of the orders, oldest first; `None` before the first.
    ///
    /// The rhythm is the time from the first order until now over the number of orders, at least
    /// one month each: one fresh order is no monthly habit, but nor is it a yearly one.
    pub fn score(&self, orders: &[Millis], spent: f64, now: Millis) -> Option<Rfm> {
        let (first, last) = (*orders.first()?, *orders.last()?);
        let months = |from: Millis| now.saturating_sub(from) as f64 / MONTH as f64;
        let rhythm = months(first).max(1.0) / orders.len() as f64;
        let within =
            |value: f64, edges: [f64; 4]| 5 - edges.iter().filter(|edge| value > **edge).count() as u8;
        Some(Rfm {
            recency: within(months(last), self.recency),
            frequency: within(rhythm, self.frequency),
            monetary: 1 + self.money.iter().filter(|edge| spent >= **edge).count() as u8,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;

    const NOW: Millis = 1_795_329_421_042;

    fn score(days: &[u64], spent: f64) -> [u8; 3] {
        let orders: Vec<Millis> = days.iter().map(|days| NOW - days * DAY).collect();
        let rfm = RfmScale::default().score(&orders, spent, NOW).unwrap();
        [rfm.recency, rfm.frequency, rfm.monetary]
    }

    #[test]
    fn the_scale_is_the_classic_one() {
        assert_eq!(score(&[400], 5.0), [1, 1, 1]);
        assert_eq!(score(&[365, 300, 200], 10.0), [2, 2, 2]);
        assert_eq!(score(&[180, 100], 50.0), [3, 3, 3]);
        assert_eq!(score(&[110, 80], 100.0), [4, 4, 4]);
        assert_eq!(score(&[90, 60, 30, 2], 200.0), [5, 5, 5]);
    }

    #[test]
    fn nobody_is_scored_before_the_first_order() {
        assert_eq!(RfmScale::default().score(&[], 0.0, NOW), None);
    }
}
