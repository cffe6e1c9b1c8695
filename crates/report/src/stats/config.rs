//! How two groups are compared.

use serde::Deserialize;

/// What the difference is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Share of the control's mean: 0.1 is +10 %.
    #[default]
    Relative,
    /// In the metric's own unit.
    Absolute,
    /// In the metric's own unit a day, as if everybody were in the treatment.
    Scaled,
}

/// What a prior's mean and variance are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriorType {
    /// Share of the control's mean.
    #[default]
    Relative,
    /// The metric's own unit.
    Absolute,
}

/// What is believed of the effect before the test: normal.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub struct Prior {
    /// Its mean.
    pub mean: f64,
    /// Its variance, greater than 0.
    pub variance: f64,
    /// False: nothing is believed, and mean and variance do not matter.
    pub proper: bool,
}

impl Default for Prior {
    fn default() -> Prior {
        Prior { mean: 0.0, variance: 1.0, proper: false }
    }
}

/// Which test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Kind {
    /// Welch's t-test, to be read once, at a size fixed beforehand.
    #[default]
    #[serde(rename = "TwoSidedTTest")]
    TwoSided,
    /// Whether the treatment is greater.
    #[serde(rename = "OneSidedTreatmentGreaterTTest")]
    Greater,
    /// Whether the treatment is lesser.
    #[serde(rename = "OneSidedTreatmentLesserTTest")]
    Lesser,
    /// Valid however often it is looked at.
    #[serde(rename = "SequentialTwoSidedTTest")]
    Sequential,
    /// Chance to win and risk.
    #[serde(rename = "EffectBayesianABTest")]
    Bayesian,
}

/// How two groups are compared. Every field has a default.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// What the difference is counted in.
    pub difference_type: Difference,
    /// Share of all traffic in the treatment, for [`Difference::Scaled`]; 0 to 1.
    pub traffic_proportion_b: f64,
    /// Days the test ran, for [`Difference::Scaled`]; greater than 0.
    pub phase_length_days: f64,
    /// Error allowed: intervals are of 1 − alpha. Between 0 and 1.
    pub alpha: f64,
    /// The difference that is tested against.
    pub test_value: f64,
    /// Number of units at which the sequential interval is tightest; greater than 0.
    pub sequential_tuning_parameter: f64,
    /// Less is better.
    pub inverse: bool,
    /// Unit of the prior.
    pub prior_type: PriorType,
    /// What is believed beforehand; absent: nothing.
    pub prior_effect: Option<Prior>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            difference_type: Difference::Relative,
            traffic_proportion_b: 1.0,
            phase_length_days: 1.0,
            alpha: 0.05,
            test_value: 0.0,
            sequential_tuning_parameter: 5000.0,
            inverse: false,
            prior_type: PriorType::Relative,
            prior_effect: None,
        }
    }
}

impl Config {
    /// What is out of range, in words; `None` when all is well.
    pub fn fault(&self) -> Option<String> {
        let says =
            |field: &str, value: f64, range: &str| Some(format!("{field} is {value}; it must be {range}"));
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return says("alpha", self.alpha, "between 0 and 1");
        }
        if !(0.0..=1.0).contains(&self.traffic_proportion_b) {
            return says("traffic_proportion_b", self.traffic_proportion_b, "from 0 to 1");
        }
        let positive = [
            ("phase_length_days", self.phase_length_days),
            ("sequential_tuning_parameter", self.sequential_tuning_parameter),
            (
                "prior_effect.variance",
                self.prior_effect.filter(|prior| prior.proper).map_or(1.0, |prior| prior.variance),
            ),
        ];
        if let Some((field, value)) =
            positive.into_iter().find(|(_, value)| !(*value > 0.0 && value.is_finite()))
        {
            return says(field, value, "greater than 0");
        }
        None
    }
}
