//! How small a difference a test can see, and how many visitors that takes.

use statrs::distribution::{ContinuousCDF, Normal};

/// Chance wanted of seeing a difference that is there.
pub const POWER: f64 = 0.8;

/// Chance of seeing a true difference `effect` that is known to a standard error of `error`, by a two-sided
/// test at level `alpha`.
pub fn power(effect: f64, error: f64, alpha: f64) -> f64 {
    if error <= 0.0 {
        return 0.0;
    }
    let normal = Normal::standard();
    let (z, critical) = (effect.abs() / error, -normal.inverse_cdf(alpha / 2.0));
    normal.cdf(z - critical) + normal.cdf(-z - critical)
}

/// Smallest difference seen with [`POWER`] at a standard error of `error`.
pub fn detectable(error: f64, alpha: f64) -> f64 {
    let normal = Normal::standard();
    (normal.inverse_cdf(POWER) - normal.inverse_cdf(alpha / 2.0)) * error
}

/// By what the number of units must be multiplied for `effect` to be seen with [`POWER`], at a standard
/// error of `error` now; `None` where there is no effect.
pub fn growth(effect: f64, error: f64, alpha: f64) -> Option<f64> {
    if effect == 0.0 || !effect.is_finite() || error <= 0.0 {
        return None;
    }
    let ratio = detectable(error, alpha) / effect.abs();
    Some(ratio * ratio)
}

/// Units for each of two equal groups to see a relative difference `uplift` of a rate `rate`:
/// (z₁₋α/₂ + z₀.₈)² · (p₁q₁ + p₂q₂) / (p₂ − p₁)².
pub fn units_for_rate(rate: f64, uplift: f64, alpha: f64) -> Option<f64> {
    let treated = rate * (1.0 + uplift);
    if !(rate > 0.0 && rate < 1.0 && treated > 0.0 && treated < 1.0) || uplift == 0.0 {
        return None;
    }
    let spread = rate * (1.0 - rate) + treated * (1.0 - treated);
    let error = detectable(1.0, alpha);
    Some((error * error * spread / (treated - rate).powi(2)).ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_sizes() {
        // 10 % to 12 % at 5 % and 80 %: 3,839 or so a group (Fleiss, "Statistical Methods for Rates").
        assert_eq!(units_for_rate(0.10, 0.2, 0.05), Some(3839.0));
        assert_eq!(units_for_rate(0.0, 0.2, 0.05), None);
        assert_eq!(units_for_rate(0.9, 0.2, 0.05), None);
    }

    #[test]
    fn what_is_detectable_is_seen_four_times_in_five() {
        let effect = detectable(0.3, 0.05);
        assert!((power(effect, 0.3, 0.05) - POWER).abs() < 1e-4);
        assert!((growth(effect / 2.0, 0.3, 0.05).unwrap() - 4.0).abs() < 1e-9);
        assert_eq!(growth(0.0, 0.3, 0.05), None);
        assert!((power(0.0, 0.3, 0.05) - 0.05).abs() < 1e-9);
    }
}
