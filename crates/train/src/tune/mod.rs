//! Choosing the settings: by how well they predict the last part of the data from what came before it.
//!
//! No more is asked of a shop than its data: what predicts best on a part that was kept apart is taken, and
//! the model is then counted from all of it. Where that part is too small to tell anything, the settings
//! stay as they are.

mod climb;
mod orders;
mod visits;

use crate::Counting;
use crate::count::age::Ages;
use crate::count::frame::Frame;
use crate::options::{OrderBlend, Trend, VisitBlend};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use tanish::model::Settings;

/// The last share of visits that is predicted from the rest.
const HELD_VISITS: f64 = 0.08;
/// The last share of orders that is predicted from the rest.
const HELD_ORDERS: f64 = 0.1;
/// Fewest cases that settings are chosen by.
const MIN_CASES: usize = 100;

/// What was chosen, and how good it is to be expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tuning {
    /// By the next product of visits.
    pub visits: Option<Expected>,
    /// By the next order of known customers.
    pub orders: Option<Expected>,
    /// How visits make rows.
    pub visit_rows: VisitBlend,
    /// How orders make rows.
    pub order_rows: OrderBlend,
    /// What is popular of late.
    pub trend: Trend,
    /// How the page blends.
    pub page: Settings,
}

/// How well the last part of the data was predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expected {
    /// Predictions made.
    pub cases: u64,
    /// Settings compared.
    pub tried: u32,
    /// By measure, at 20 products.
    pub measures: BTreeMap<&'static str, f64>,
    /// The same of simple rules, by their names.
    pub baselines: BTreeMap<&'static str, BTreeMap<&'static str, f64>>,
}

/// Chooses settings; `step` hears how many were compared.
pub(crate) fn tune(frame: &Frame, counting: &Counting, step: &mut dyn FnMut(u64)) -> (Counting, Tuning) {
    let mut ages = Ages::new(frame, [HELD_VISITS, HELD_ORDERS]);
    let mut chosen = *counting;
    let orders = orders::tune(frame, &mut ages, &mut chosen, step);
    let visits = visits::tune(frame, &ages, &mut chosen, orders.is_some(), step);
    let tuning = Tuning {
        visits,
        orders,
        visit_rows: chosen.visits,
        order_rows: chosen.orders,
        trend: chosen.trend,
        page: chosen.settings,
    };
    (chosen, tuning)
}

impl fmt::Display for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("next products of visits", &self.visits), ("next orders of customers", &self.orders)];
        for (what, expected) in parts {
            let Some(expected) = expected else { continue };
            let told = |measures: &BTreeMap<&str, f64>| {
                let told = measures.iter().map(|(name, value)| format!("{name} {value:.4}"));
                told.collect::<Vec<_>>().join(", ")
            };
            writeln!(f, "  expected of {} {what}: {}", expected.cases, told(&expected.measures))?;
            for (name, measures) in &expected.baselines {
                writeln!(f, "    beside {name}: {}", told(measures))?;
            }
        }
        if self.visits.is_none() && self.orders.is_none() {
            return writeln!(
                f,
                "  too few visits and returning customers to learn settings from: defaults hold"
            );
        }
        let (visits, orders, page) = (&self.visit_rows, &self.order_rows, &self.page);
        if self.visits.is_some() {
            writeln!(
                f,
                "  visits: together {}, before {}, own {}, shrink {}, damp {}, common {}, fade {}; \
                 position decay {}, newest {}, revisit {}, cart {}",
                visits.together,
                visits.before,
                visits.own,
                visits.shrink,
                visits.damp,
                visits.common,
                visits.fade,
                page.position_decay,
                page.newest,
                page.revisit,
                page.cart_weight
            )?;
        }
        if self.orders.is_some() {
            let how = if orders.solve { "solved together" } else { "weighed alone" };
            writeln!(
                f,
                "  orders: {how}, together {}, shrink {}, fade {}; window {}, order decay {}, own purchases {} \
                 (decay {}), popular {}; trend {}, strength {}, least rebuys {}",
                orders.together,
                orders.shrink,
                orders.fade,
                page.window,
                page.order_decay,
                page.frequency_weight,
                page.frequency_decay,
                page.popular_share,
                self.trend.fade,
                self.trend.strength,
                self.trend.least_rebuys
            )?;
        }
        Ok(())
    }
}
