//! Many groups, many tests.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Chance of a split as uneven as `users` if the shares are `weights`: Pearson's chi-square test. Below
/// 0.001 something in the test's set-up is broken, and its results mean nothing. 1 where nobody came.
///
/// Groups without weight are left out of the sum; the degrees of freedom are those of all groups.
pub fn srm(users: &[f64], weights: &[f64]) -> f64 {
    let total: f64 = users.iter().sum();
    let weight: f64 = weights.iter().sum();
    if total <= 0.0 || weight <= 0.0 || users.len() < 2 {
        return 1.0;
    }
    let parts = users.iter().zip(weights).filter(|(_, share)| **share > 0.0);
    let statistic: f64 = parts
        .map(|(seen, share)| {
            let expected = share / weight * total;
            (seen - expected).powi(2) / expected
        })
        .sum();
    ChiSquared::new((users.len() - 1) as f64).map_or(1.0, |chi| chi.sf(statistic))
}

/// P-values that keep the chance of even one false alarm below the level: Holm, "A Simple Sequentially
/// Rejective Multiple Test Procedure" (1979). In the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let order = ranked(p);
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0f64;
    for (rank, &at) in order.iter().enumerate() {
        least = least.max((p[at] * (p.len() - rank) as f64).min(1.0));
        adjusted[at] = least;
    }
    adjusted
}

/// P-values that keep the share of false alarms among all alarms below the level: Benjamini and Hochberg,
/// "Controlling the False Discovery Rate" (1995). In the order given.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let order = ranked(p);
    let mut adjusted = vec![0.0; p.len()];
    let mut most = 1.0f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        most = most.min(p[at] * p.len() as f64 / (rank + 1) as f64);
        // Times n over n may round below the value itself.
        adjusted[at] = most.max(p[at]);
    }
    adjusted
}

/// Positions, least p first; of equals the earlier first.
fn ranked(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}
