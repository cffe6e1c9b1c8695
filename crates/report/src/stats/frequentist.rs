//! Welch's t-test and its always-valid sibling.

use super::compare::{Comparison, Effect, Uplift};
use super::config::{Config, Kind};
use super::distribution::{t_cdf, t_quantile};

/// `None` where there are no degrees of freedom.
pub(super) fn test(effect: &Effect, kind: Kind, config: &Config) -> Option<Comparison> {
    let error = effect.variance.sqrt();
    let t = (effect.estimate - config.test_value) / error;
    let freedom = effect.freedom;
    if kind != Kind::Sequential && !(freedom > 0.0 && freedom.is_finite()) {
        return None;
    }
    let (alpha, estimate) = (config.alpha, effect.estimate);
    let width = |tail: f64| t_quantile(1.0 - tail, freedom) * error;
    // As differences from 1, so that a chance below 1e-16 reads 0.
    let (p_value, ci) = match kind {
        Kind::Greater => (1.0 - t_cdf(t, freedom), [estimate - width_of(alpha, width), f64::INFINITY]),
        Kind::Lesser => (t_cdf(t, freedom), [f64::NEG_INFINITY, estimate - width_of(alpha, width)]),
        Kind::Sequential => {
            let half = sequential_half_width(effect, config);
            (sequential_p(effect, config), [estimate - half, estimate + half])
        }
        Kind::TwoSided | Kind::Bayesian => {
            let half = width_of(alpha / 2.0, width);
            (2.0 * (1.0 - t_cdf(t.abs(), freedom)), [estimate - half, estimate + half])
        }
    };
    Some(Comparison {
        expected: estimate,
        ci,
        uplift: Uplift { dist: "normal", mean: estimate, stddev: error },
        p_value: Some(p_value),
        chance_to_win: None,
        risk: None,
        risk_type: None,
        error_message: None,
    })
}

/// A tail above one half is as wide to the other side.
fn width_of(tail: f64, width: impl Fn(f64) -> f64) -> f64 {
    if tail <= 0.5 { width(tail) } else { -width(1.0 - tail) }
}

/// ρ² that makes the interval tightest at so many units: eq. 161 of Waudby-Smith et al., "Time-uniform
/// central limit theory and asymptotic confidence sequences", arXiv 2103.06476v7, as are those below.
fn rho_squared(config: &Config) -> f64 {
    let log = -2.0 * config.alpha.ln();
    (log + (log + 1.0).ln()) / config.sequential_tuning_parameter
}

/// Eq. 9.
fn sequential_half_width(effect: &Effect, config: &Config) -> f64 {
    let (n, rho) = (effect.units, rho_squared(config));
    let grown = n * rho + 1.0;
    let inner = 2.0 * grown * (grown.sqrt() / config.alpha).ln() / (n * n * rho);
    (effect.variance * n).sqrt() * inner.sqrt()
}

/// Eq. 155.
fn sequential_p(effect: &Effect, config: &Config) -> f64 {
    let (n, rho) = (effect.units, rho_squared(config));
    let grown = n * rho + 1.0;
    let squared = (effect.estimate - config.test_value).powi(2) * n / effect.variance;
    (grown.sqrt() / (rho * squared / (2.0 * grown)).exp()).min(1.0)
}
