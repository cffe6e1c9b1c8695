//! Student's t over every number of degrees of freedom that a test can have.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

/// From here on the expansion below is exact to more digits than the incomplete beta function, whose
/// logarithms of gamma grow until their difference has no digits left.
const MANY: f64 = 200.0;

/// P(T ≤ x) with `freedom` degrees of freedom.
pub(super) fn t_cdf(x: f64, freedom: f64) -> f64 {
    if x >= 0.0 { 1.0 - upper(x, freedom) } else { upper(-x, freedom) }
}

/// P(T > x) for x ≥ 0.
fn upper(x: f64, freedom: f64) -> f64 {
    if freedom >= MANY {
        return Normal::standard().sf(deviate(x, freedom));
    }
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| t.sf(x))
}

/// The normal deviate with the same tail: G. W. Hill, "Algorithm 395: Student's t-distribution",
/// Communications of the ACM 13 (1970).
fn deviate(x: f64, freedom: f64) -> f64 {
    let a = freedom - 0.5;
    let b = 48.0 * a * a;
    let y = a * (x * x / freedom).ln_1p();
    let inner = ((-0.4 * y - 3.3) * y - 24.0) * y - 85.5;
    ((inner / (0.8 * y * y + 100.0 + b) + y + 3.0) / b + 1.0) * y.sqrt()
}

/// The x with P(T ≤ x) = `probability`, for 0.5 ≤ `probability` < 1, by Newton's steps from the normal's.
pub(super) fn t_quantile(probability: f64, freedom: f64) -> f64 {
    let tail = 1.0 - probability;
    let normal = Normal::standard();
    let Ok(t) = StudentsT::new(0.0, 1.0, freedom) else { return f64::NAN };
    let z = normal.inverse_cdf(probability);
    let mut x =
        if freedom >= MANY { z + z * (z * z + 1.0) / (4.0 * freedom) } else { t.inverse_cdf(probability) };
    for _ in 0..20 {
        let step = (upper(x, freedom) - tail) / t.pdf(x);
        if !step.is_finite() {
            break;
        }
        x += step;
        if step.abs() <= 1e-14 * x.abs() {
            break;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_tables_at_every_size() {
        // x, degrees of freedom, P(T > x): scipy.stats.t.sf.
        for (x, freedom, tail) in REFERENCE {
            let found = upper(x, freedom);
            assert!((found / tail - 1.0).abs() < 1e-9, "{x} {freedom}: {found} is not {tail}");
        }
    }

    #[test]
    fn quantiles_undo_probabilities() {
        for freedom in [1.0, 2.5, 7.0, 30.0, 199.9, 200.0, 1e4, 1e7, 1e12] {
            for probability in [0.5001, 0.75, 0.95, 0.975, 0.9995, 0.999_999] {
                let found = t_cdf(t_quantile(probability, freedom), freedom);
                assert!((found - probability).abs() < 1e-11, "{freedom} {probability}: {found}");
            }
        }
    }

    const REFERENCE: [(f64, f64, f64); 14] = [
        (0.5, 1.0, 0.35241638234956674),
        (0.5, 57.3, 0.30949494870442257),
        (0.5, 100000000.0, 0.3085375392760892),
        (1.96, 2.5, 0.08147378223640703),
        (1.96, 199.5, 0.02569416429797367),
        (1.96, 200.5, 0.02569068526108512),
        (1.96, 100000.0, 0.02499928159715084),
        (1.96, 1000000000000.0, 0.02499789514835908),
        (3.2, 10.0, 0.004745847897651918),
        (3.2, 1000.0, 0.0007087691521587772),
        (6.0, 1.0, 0.05256845671125344),
        (6.0, 199.5, 4.573259946122797e-9),
        (6.0, 200.5, 4.541984295913404e-9),
        (6.0, 1000000000000.0, 9.865876453749109e-10),
    ];
}
