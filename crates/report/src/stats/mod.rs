//! The arithmetic of A/B tests, over aggregates only.
//!
//! The definitions are those of GrowthBook's `gbstats` 0.8.0, which these results match: Welch's t-test,
//! relative differences and ratio metrics by the delta method, CUPED with one theta for both groups,
//! always-valid sequential intervals, a normal posterior with chance to win and risk, and the chi-square
//! test of the sample ratio.
//!
//! - [`Statistic`]: what is known of one group
//! - [`Config`], [`Kind`] and [`compare`]: two groups against each other
//! - [`srm`], [`holm`], [`benjamini_hochberg`]: many groups, many tests
//! - [`power`]: how large a difference can be seen, and how long that takes
//! - [`Calculation`]: the same from JSON, as `tanish stats` reads it

mod bayesian;
mod calculator;
mod compare;
mod config;
mod distribution;
mod frequentist;
mod many;
pub mod power;
mod statistic;

pub use calculator::{Calculation, CalculatorError, Outcome, calculations};
pub use compare::{Comparison, Undecided, Uplift, compare};
pub use config::{Config, Difference, Kind, Prior, PriorType};
pub use many::{benjamini_hochberg, holm, srm};
pub use statistic::{Sample, Statistic, StatisticError};
