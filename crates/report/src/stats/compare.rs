//! Two groups against each other.

use super::config::{Config, Difference, Kind};
use super::statistic::{Statistic, StatisticError};
use super::{bayesian, frequentist};
use serde::{Serialize, Serializer};

/// Why a comparison says nothing. The names are gbstats'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Undecided {
    /// The control's mean is 0: no share of it can be named.
    #[serde(rename = "ZERO_NEGATIVE_BASELINE_VARIATION")]
    ZeroBaseline,
    /// A group whose units are all alike.
    #[serde(rename = "ZERO_NEGATIVE_VARIANCE")]
    NoVariance,
    /// A group without units.
    #[serde(rename = "NO_UNITS_IN_VARIATION")]
    NoUnits,
    /// Nobody is in the treatment, so nothing can be scaled up.
    #[serde(rename = "ZERO_SCALED_VARIATION_WEIGHT")]
    NoTraffic,
}

impl Undecided {
    /// The reason for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Undecided::ZeroBaseline => {
                "the control's mean is 0, so no difference can be put in proportion to it"
            }
            Undecided::NoVariance => "in one group all are alike, so chance cannot be told from effect",
            Undecided::NoUnits => "one group has nobody in it",
            Undecided::NoTraffic => "the treatment has no traffic",
        }
    }
}

/// The effect as a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Uplift {
    /// Its family: always `normal`.
    pub dist: &'static str,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub stddev: f64,
}

/// What two groups say about the effect of the treatment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Best estimate of the difference.
    pub expected: f64,
    /// Interval of it; an open end is infinite.
    #[serde(serialize_with = "ends")]
    pub ci: [f64; 2],
    /// The effect as a distribution.
    pub uplift: Uplift,
    /// Chance of a difference as large without an effect; of all but [`Kind::Bayesian`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// Chance that the treatment is better; of [`Kind::Bayesian`] alone, as is what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_to_win: Option<f64>,
    /// What one loses on average by choosing the control, or the treatment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<[f64; 2]>,
    /// Unit of `risk`: `relative` or `absolute`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_type: Option<&'static str>,
    /// Why nothing is said.
    pub error_message: Option<Undecided>,
}

/// An infinite end is `{"inf": 1}` or `{"inf": -1}`: JSON has no other way to say it.
fn ends<S: Serializer>(ci: &[f64; 2], to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum End {
        Finite(f64),
        Open { inf: i8 },
    }
    to.collect_seq(ci.iter().map(|&end| {
        if end.is_infinite() { End::Open { inf: if end > 0.0 { 1 } else { -1 } } } else { End::Finite(end) }
    }))
}

impl Comparison {
    /// The answer that says nothing.
    pub(super) fn undecided(kind: Kind, config: &Config, why: Undecided) -> Comparison {
        let bayesian = kind == Kind::Bayesian;
        Comparison {
            expected: 0.0,
            ci: [0.0; 2],
            uplift: Uplift { dist: "normal", mean: 0.0, stddev: 0.0 },
            p_value: (!bayesian).then_some(1.0),
            chance_to_win: bayesian.then_some(0.5),
            risk: bayesian.then_some([0.0; 2]),
            risk_type: bayesian.then(|| risk_type(config)),
            error_message: Some(why),
        }
    }

    /// In units a day over all traffic.
    fn scaled(mut self, kind: Kind, config: &Config, units: f64) -> Comparison {
        if config.traffic_proportion_b == 0.0 {
            return Comparison::undecided(kind, config, Undecided::NoTraffic);
        }
        let factor = units / config.traffic_proportion_b / config.phase_length_days;
        self.expected *= factor;
        self.ci = self.ci.map(|end| end * factor);
        self.uplift.mean *= factor;
        self.uplift.stddev *= factor;
        self
    }
}

pub(super) fn risk_type(config: &Config) -> &'static str {
    if config.difference_type == Difference::Relative { "relative" } else { "absolute" }
}

/// Compares the treatment `b` with the control `a`.
///
/// # Errors
/// When the groups are of kinds that cannot be compared.
pub fn compare(
    a: &Statistic,
    b: &Statistic,
    kind: Kind,
    config: &Config,
) -> Result<Comparison, StatisticError> {
    let (a, b) = Statistic::adjusted(a, b)?;
    let relative = config.difference_type == Difference::Relative;
    let no_baseline = a.mean() == 0.0 || a.unadjusted_mean() == 0.0;
    let bayesian = kind == Kind::Bayesian;
    let undecided = |why| Ok(Comparison::undecided(kind, config, why));
    if no_baseline && (relative || !bayesian) {
        return undecided(Undecided::ZeroBaseline);
    }
    if bayesian && (a.n() == 0.0 || b.n() == 0.0) {
        return undecided(Undecided::NoUnits);
    }
    if a.has_no_variance() || b.has_no_variance() {
        return undecided(Undecided::NoVariance);
    }
    let effect = Effect::of(&a, &b, relative);
    if !(effect.estimate.is_finite() && effect.variance > 0.0 && effect.variance.is_finite()) {
        return undecided(Undecided::NoVariance);
    }
    let comparison = if bayesian {
        bayesian::posterior(&effect, &a, config)
    } else {
        match frequentist::test(&effect, kind, config) {
            Some(comparison) => comparison,
            None => return undecided(Undecided::NoVariance),
        }
    };
    let scaled = config.difference_type == Difference::Scaled;
    Ok(if scaled { comparison.scaled(kind, config, b.n()) } else { comparison })
}

/// The difference of two groups and how well it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect {
    pub estimate: f64,
    /// Square of the estimate's standard error.
    pub variance: f64,
    /// Degrees of freedom after Welch and Satterthwaite.
    pub freedom: f64,
    /// Units of both groups.
    pub units: f64,
}

impl Effect {
    fn of(a: &Statistic, b: &Statistic, relative: bool) -> Effect {
        let difference = b.mean() - a.mean();
        let (share_a, share_b) = (a.variance() / a.n(), b.variance() / b.n());
        let freedom =
            (share_a + share_b).powi(2) / (share_b.powi(2) / (b.n() - 1.0) + share_a.powi(2) / (a.n() - 1.0));
        let (estimate, variance) = if relative {
            let (base, treated) = (a.unadjusted_mean(), b.unadjusted_mean());
            // Delta method: the control's mean stands above and below the line.
            (difference / base, share_b / base.powi(2) + share_a * treated.powi(2) / base.powi(4))
        } else {
            (difference, share_a + share_b)
        };
        Effect { estimate, variance, freedom, units: a.n() + b.n() }
    }
}
