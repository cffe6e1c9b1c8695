//! A normal posterior of the effect: chance to win and risk.

use super::compare::{Comparison, Effect, Uplift, risk_type};
use super::config::{Config, Difference, Prior, PriorType};
use super::statistic::Statistic;
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

pub(super) fn posterior(effect: &Effect, control: &Statistic, config: &Config) -> Comparison {
    let prior = in_unit(config, control.unadjusted_mean()).filter(|prior| prior.proper);
    let (mean, error) = match prior {
        None => (effect.estimate, effect.variance.sqrt()),
        Some(prior) => {
            let precision = 1.0 / effect.variance + 1.0 / prior.variance;
            let weighed = effect.estimate / effect.variance + prior.mean / prior.variance;
            (weighed / precision, (1.0 / precision).sqrt())
        }
    };
    let normal = Normal::standard();
    let half = -normal.inverse_cdf(config.alpha / 2.0) * error;
    let win = normal.sf(-mean / error);
    let [of_control, of_treatment] = [mean, -mean].map(|toward| loss(toward, error));
    let inverse = config.inverse;
    Comparison {
        expected: mean,
        ci: [mean - half, mean + half],
        uplift: Uplift { dist: "normal", mean, stddev: error },
        p_value: None,
        chance_to_win: Some(if inverse { 1.0 - win } else { win }),
        risk: Some(if inverse { [of_treatment, of_control] } else { [of_control, of_treatment] }),
        risk_type: Some(risk_type(config)),
        error_message: None,
    }
}

/// The prior in the unit of the difference.
fn in_unit(config: &Config, base: f64) -> Option<Prior> {
    let prior = config.prior_effect?;
    let relative = config.difference_type == Difference::Relative;
    let factor = match (relative, config.prior_type) {
        (true, PriorType::Absolute) => 1.0 / base.abs(),
        (false, PriorType::Relative) => base.abs(),
        _ => 1.0,
    };
    Some(Prior { mean: prior.mean * factor, variance: prior.variance * factor * factor, ..prior })
}

/// E[max(X, 0)] of a normal X: what is lost on average by the choice that X speaks against.
fn loss(mean: f64, error: f64) -> f64 {
    let normal = Normal::standard();
    let z = mean / error;
    (mean * normal.cdf(z) + error * normal.pdf(z)).max(0.0)
}
