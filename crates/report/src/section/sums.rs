//! What is summed up of the visitors in one arm of a test.

use crate::fixed::{MONEY, Money, Pairs, WHOLE};
use crate::stats::{Sample, Statistic};

/// What one visitor did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unit {
    pub orders: i64,
    pub revenue: Money,
    /// Revenue before the exposure.
    pub before: Money,
    pub clicked: bool,
}

/// Sums over visitors; sums of parts add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Arm {
    pub n: u64,
    pub buyers: u64,
    pub clickers: u64,
    /// Revenue and orders.
    spent: Pairs,
    /// Revenue and revenue before.
    history: Pairs,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    Click,
    Conversion,
    Revenue,
    Order,
}

impl Metric {
    pub const ALL: [Metric; 4] = [Metric::Click, Metric::Conversion, Metric::Revenue, Metric::Order];

    /// Its name in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Metric::Click => "click_rate",
            Metric::Conversion => "conversion",
            Metric::Revenue => "revenue_per_visitor",
            Metric::Order => "average_order",
        }
    }

    pub fn is_rate(self) -> bool {
        matches!(self, Metric::Click | Metric::Conversion)
    }
}

impl Arm {
    pub fn add(&mut self, unit: &Unit) {
        self.n += 1;
        self.buyers += u64::from(unit.orders > 0);
        self.clickers += u64::from(unit.clicked);
        self.spent.add(unit.revenue.0, unit.orders);
        self.history.add(unit.revenue.0, unit.before.0);
    }

    pub fn merge(&mut self, other: &Arm) {
        self.n += other.n;
        self.buyers += other.buyers;
        self.clickers += other.clickers;
        self.spent.merge(&other.spent);
        self.history.merge(&other.history);
    }

    pub fn statistic(&self, metric: Metric) -> Statistic {
        let n = self.n as f64;
        let spent = self.spent.values(MONEY, WHOLE);
        let revenue = Sample::Mean { n, sum: spent.x, sum_squares: spent.xx };
        match metric {
            Metric::Click => Statistic::Proportion { n, sum: self.clickers as f64 },
            Metric::Conversion => Statistic::Proportion { n, sum: self.buyers as f64 },
            Metric::Revenue => revenue.into(),
            Metric::Order => Statistic::Ratio {
                n,
                m: revenue,
                d: Sample::Mean { n, sum: spent.y, sum_squares: spent.yy },
                m_d_sum_of_products: spent.xy,
            },
        }
    }

    /// Revenue per visitor with what was there before taken off.
    pub fn adjusted(&self) -> Statistic {
        let (n, sums) = (self.n as f64, self.history.values(MONEY, MONEY));
        Statistic::Cuped {
            n,
            post: Sample::Mean { n, sum: sums.x, sum_squares: sums.xx },
            pre: Sample::Mean { n, sum: sums.y, sum_squares: sums.yy },
            post_pre_sum_of_products: sums.xy,
            theta: 0.0,
        }
    }
}
