//! The field's three kinds of customers: most valuable, most growable, below zero.
//!
//! Peppers and Rogers, "Managing Customer Experience and Relationships": the most valuable are worth most
//! as they are, the most growable have most to give beyond that, those below zero cost more than they
//! bring and always will. Where a shop does not know its costs, two habits tell the last: buying only what
//! is reduced, and giving back most of it.

use super::Lifetime;

/// Fewest purchase days from which a habit is read.
const HABIT: u32 = 3;
/// Share of days bought at a discount from which a customer is a bonus hunter.
const HUNTS: f64 = 0.8;
/// Share of money that went back from which a customer is a serial returner.
const RETURNS: f64 = 0.5;
/// Who is rather gone than not has nothing to grow.
const ALIVE: f64 = 0.5;

/// What a customer brought until now; money in the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Past {
    /// Days with a purchase.
    pub days: u32,
    /// Of these with a coupon or at a discount.
    pub reduced_days: u32,
    /// Money of all sales, before returns.
    pub sold: f64,
    /// Money that went back.
    pub returned: f64,
    /// Cost of the goods sold, where known.
    pub cost: Option<f64>,
    /// What the customer spends on such goods in the time of the outlook at all shops, by the shop's own
    /// estimate.
    pub budget: Option<f64>,
}

/// From where on a customer belongs to the best fifth of the shop's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edges {
    /// Discounted lifetime value.
    pub clv: f64,
    /// Expected purchases.
    pub purchases: f64,
    /// Expected value of a purchase.
    pub spend: f64,
    /// [`Edges::potential`] of those who are not most valuable.
    pub potential: f64,
}

/// One kind of customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Among the best fifth by lifetime value.
    MostValuable,
    /// Among the best fifth of the others by what they could spend beyond what is expected.
    MostGrowable,
    /// Costs more than it brings.
    BelowZero,
    /// Below zero: buys only what is reduced.
    BonusHunter,
    /// Below zero: gives most of it back.
    SerialReturner,
}

impl Standing {
    /// Its name in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Standing::MostValuable => "most-valuable",
            Standing::MostGrowable => "most-growable",
            Standing::BelowZero => "below-zero",
            Standing::BonusHunter => "bonus-hunter",
            Standing::SerialReturner => "serial-returner",
        }
    }
}

impl Past {
    /// The customer's share of wallet, 0 to 1, where the shop gave a budget.
    pub fn share_of_wallet(&self, lifetime: &Lifetime) -> Option<f64> {
        let budget = self.budget.filter(|budget| *budget > 0.0)?;
        Some((lifetime.value? / budget).clamp(0.0, 1.0))
    }

    /// The kinds below zero that the customer is of; empty where of none.
    fn below_zero(&self) -> Vec<Standing> {
        let hunter = self.days >= HABIT && f64::from(self.reduced_days) >= HUNTS * f64::from(self.days);
        let returner = self.days >= HABIT && self.sold > 0.0 && self.returned >= RETURNS * self.sold;
        let loses = self.cost.is_some_and(|cost| self.sold > 0.0 && self.sold < cost);
        let kinds = [(hunter, Standing::BonusHunter), (returner, Standing::SerialReturner)];
        let mut found = if hunter || returner || loses { vec![Standing::BelowZero] } else { Vec::new() };
        found.extend(kinds.into_iter().filter(|(is, _)| *is).map(|(_, kind)| kind));
        found
    }

    /// All the kinds that the customer is of.
    pub fn standings(&self, lifetime: &Lifetime, edges: Option<&Edges>) -> Vec<Standing> {
        let below = self.below_zero();
        let (Some(edges), true) = (edges, below.is_empty()) else { return below };
        if lifetime.clv.is_some_and(|clv| clv > 0.0 && clv >= edges.clv) {
            return vec![Standing::MostValuable];
        }
        let grows = edges.growth(lifetime, self.budget);
        if grows.is_some_and(|grows| grows > 0.0 && grows >= edges.potential) {
            return vec![Standing::MostGrowable];
        }
        Vec::new()
    }
}

impl Edges {
    /// What a customer who is alive could spend beyond what is expected: up to the budget where the shop
    /// gave one; else by buying as often, or as much at once, as the best fifth.
    pub fn growth(&self, lifetime: &Lifetime, budget: Option<f64>) -> Option<f64> {
        let (alive, purchases, value) = (lifetime.p_alive?, lifetime.purchases?, lifetime.value?);
        if alive < ALIVE || purchases <= 0.0 {
            return None;
        }
        if let Some(budget) = budget {
            return Some(alive * (budget - value));
        }
        let spend = value / purchases;
        let (more, oftener) = (purchases * (self.spend - spend), spend * (self.purchases - purchases));
        Some(alive * more.max(oftener))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: Edges = Edges { clv: 100.0, purchases: 8.0, spend: 40.0, potential: 50.0 };

    fn names(past: Past, lifetime: Lifetime) -> Vec<&'static str> {
        past.standings(&lifetime, Some(&EDGES)).into_iter().map(Standing::name).collect()
    }

    fn lifetime(p_alive: f64, purchases: f64, value: f64) -> Lifetime {
        Lifetime {
            p_alive: Some(p_alive),
            purchases: Some(purchases),
            value: Some(value),
            clv: Some(value * 0.95),
        }
    }

    #[test]
    fn each_kind_by_its_mark() {
        let past = Past { days: 5, sold: 200.0, ..Past::default() };
        assert_eq!(names(past, lifetime(0.9, 6.0, 200.0)), ["most-valuable"]);
        assert_eq!(names(past, lifetime(0.9, 6.0, 60.0)), ["most-growable"], "often, but little");
        assert_eq!(names(past, lifetime(0.9, 1.0, 60.0)), ["most-growable"], "much, but seldom");
        assert!(names(past, lifetime(0.3, 6.0, 60.0)).is_empty(), "rather gone");
        let hunter = Past { reduced_days: 4, ..past };
        assert_eq!(names(hunter, lifetime(0.9, 6.0, 200.0)), ["below-zero", "bonus-hunter"]);
        let returner = Past { returned: 120.0, ..past };
        assert_eq!(names(returner, lifetime(0.9, 6.0, 200.0)), ["below-zero", "serial-returner"]);
        let loss = Past { cost: Some(250.0), ..past };
        assert_eq!(names(loss, lifetime(0.9, 6.0, 200.0)), ["below-zero"]);
        let once = Past { days: 1, reduced_days: 1, ..past };
        assert!(names(once, lifetime(0.3, 0.1, 3.0)).is_empty(), "one day is no habit");
    }

    #[test]
    fn a_budget_tells_growth_and_the_share_of_wallet() {
        let past = Past { days: 2, sold: 90.0, budget: Some(300.0), ..Past::default() };
        let expected = lifetime(0.9, 7.9, 75.0);
        assert_eq!(past.share_of_wallet(&expected), Some(0.25));
        assert_eq!(names(past, expected), ["most-growable"]);
        assert_eq!(past.share_of_wallet(&Lifetime::default()), None);
    }

    #[test]
    fn without_models_only_habits_are_told() {
        let past = Past { days: 3, reduced_days: 3, sold: 9.0, ..Past::default() };
        let told = past.standings(&Lifetime::default(), None);
        assert_eq!(told, [Standing::BelowZero, Standing::BonusHunter]);
    }
}
