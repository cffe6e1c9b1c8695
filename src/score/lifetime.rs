//! Lifetime value: how often, times how much, discounted.

use super::{BetaGeo, Buying, GammaGamma, Period};

/// Months this close to a whole number are taken as whole: 52 weeks are 12 months.
const NEARLY: f64 = 0.1;
/// Most months that are discounted one by one.
const MAX_MONTHS: f64 = 1200.0;

/// How far to look ahead, and what later money is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// Unit of the models and of the horizon.
    pub period: Period,
    /// Periods after the day of scoring.
    pub horizon: f64,
    /// Discount a month: 0.01 is one percent.
    pub discount: f64,
}

impl Outlook {
    /// A year, discounted by a percent a month.
    pub fn year(period: Period) -> Outlook {
        let horizon = match period {
            Period::Day => 365.0,
            Period::Week => 52.0,
            Period::Month => 12.0,
        };
        Outlook { period, horizon, discount: 0.01 }
    }
}

/// What a customer is expected to do and to be worth; money in the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lifetime {
    /// The chance that the customer buys again at all.
    pub p_alive: Option<f64>,
    /// Days of buying within the horizon.
    pub purchases: Option<f64>,
    /// Their value, later money counted like today's.
    pub value: Option<f64>,
    /// Their value, month by month discounted.
    pub clv: Option<f64>,
}

impl Lifetime {
    /// What the models say, as far as there are any.
    pub fn of(
        buying: &Buying,
        model: Option<&BetaGeo>,
        spend: Option<&GammaGamma>,
        outlook: &Outlook,
    ) -> Lifetime {
        let Some(model) = model else { return Lifetime::default() };
        let purchases = model.expected(buying, outlook.horizon);
        let mean = spend.and_then(|spend| spend.mean(buying));
        let both = |count: Option<f64>| Some(count? * mean?);
        Lifetime {
            p_alive: Some(model.p_alive(buying)),
            purchases,
            value: both(purchases),
            clv: both(discounted(model, buying, outlook)),
        }
    }
}

/// Expected purchases, those of the i-th month divided by `(1 + discount)^i`; a part of a month at the end
/// counts as what it is.
fn discounted(model: &BetaGeo, buying: &Buying, outlook: &Outlook) -> Option<f64> {
    let month = outlook.period.in_month();
    let mut months = outlook.horizon / month;
    if (months - months.round()).abs() <= NEARLY {
        months = months.round();
    }
    if !(0.0..=MAX_MONTHS).contains(&months) {
        return None;
    }
    let (mut before, mut sum, mut worth) = (0.0, 0.0, 1.0);
    for number in 1..=months.floor() as u32 {
        worth /= 1.0 + outlook.discount;
        let until = model.expected(buying, f64::from(number) * month)?;
        sum += (until - before) * worth;
        before = until;
    }
    let rest = months.fract();
    if rest > 0.0 {
        let until = model.expected(buying, months * month)?;
        sum += (until - before) * worth / (rest * outlook.discount.ln_1p()).exp();
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Model;

    #[test]
    fn a_later_horizon_and_a_smaller_discount_are_worth_more() {
        let model = BetaGeo::new(Model::MbgNbd, [0.5, 6.0, 0.9, 1.6]).unwrap();
        let spend = GammaGamma::new([6.25, 3.74, 15.44]).unwrap();
        let buying = Buying { frequency: 3, recency: 20.0, t: 24.0, monetary: 30.0 };
        let of = |horizon, discount| {
            let outlook = Outlook { period: Period::Week, horizon, discount };
            Lifetime::of(&buying, Some(&model), Some(&spend), &outlook)
        };
        let clv = |horizon, discount| of(horizon, discount).clv.unwrap();
        assert!(clv(20.0, 0.01) < clv(23.0, 0.01) && clv(23.0, 0.01) < clv(52.0, 0.01));
        assert!(clv(52.0, 0.02) < clv(52.0, 0.01));
        assert_eq!(clv(52.0, 0.01), clv(12.0 * 4.345, 0.01), "52 weeks are 12 months");
        let year = of(12.0 * 4.345, 0.0);
        assert!((year.clv.unwrap() - year.value.unwrap()).abs() < 1e-9, "undiscounted");
        assert_eq!(clv(0.0, 0.01), 0.0);
    }

    #[test]
    fn without_models_there_is_nothing() {
        let buying = Buying { frequency: 3, recency: 20.0, t: 24.0, monetary: 30.0 };
        let outlook = Outlook::year(Period::Week);
        assert_eq!(Lifetime::of(&buying, None, None, &outlook), Lifetime::default());
        let model = BetaGeo::new(Model::MbgNbd, [0.5, 6.0, 0.9, 1.6]).unwrap();
        let counted = Lifetime::of(&buying, Some(&model), None, &outlook);
        assert!(counted.purchases.is_some() && counted.value.is_none() && counted.clv.is_none());
    }
}
