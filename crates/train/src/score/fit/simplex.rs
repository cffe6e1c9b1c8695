//! Maximum likelihood in a handful of parameters, by Nelder and Mead's simplex.
//!
//! The likelihoods here are smooth, cheap and of three or four positive parameters whose scales differ by
//! orders; in logarithms the simplex needs no derivatives, of which these models have awkward ones.

use argmin::core::{CostFunction, Error, Executor, State};
use argmin::solver::neldermead::NelderMead;

/// Stands for the cost of parameters beyond their bounds.
const FORBIDDEN: f64 = 1e100;
/// Largest distance of a logarithm from 0: parameters from 1e-6 to 1e6.
const BOUND: f64 = 13.815_510_557_964_274;
/// A start whose simplex has collapsed is begun again as often.
const RESTARTS: usize = 8;
/// A restart that gains less, in log-likelihood, was not needed.
const GAIN: f64 = 1e-7;
/// Spread of a simplex, in log-likelihood, that is no more than rounding: relative to its size.
const ROUNDING: f64 = 1e-13;

struct Cost<F>(F);

impl<F: Fn(&[f64]) -> f64> CostFunction for Cost<F> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, logs: &Vec<f64>) -> Result<f64, Error> {
        if logs.iter().any(|log| log.abs() > BOUND) {
            return Ok(FORBIDDEN);
        }
        let params: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        Ok(Some(-(self.0)(&params)).filter(|cost| cost.is_finite()).unwrap_or(FORBIDDEN))
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Optimum {
    pub params: Vec<f64>,
    pub log_likelihood: f64,
    /// A parameter ran off as far as it may: the data do not pin it down.
    pub at_bound: bool,
}

/// The positive parameters of the greatest `log_likelihood`, from several starts; `None` where it is no
/// number anywhere near them.
pub(crate) fn maximise(
    starts: &[Vec<f64>],
    log_likelihood: impl Fn(&[f64]) -> f64 + Copy,
) -> Option<Optimum> {
    let found = starts.iter().filter_map(|start| climb(start, log_likelihood));
    let (logs, cost) = found.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, cost)| *cost < FORBIDDEN)?;
    Some(Optimum {
        params: logs.iter().map(|log| log.exp()).collect(),
        log_likelihood: -cost,
        at_bound: logs.iter().any(|log| log.abs() > BOUND - 0.1),
    })
}

/// From one start, with fresh simplices around what the last one found.
fn climb(start: &[f64], log_likelihood: impl Fn(&[f64]) -> f64 + Copy) -> Option<(Vec<f64>, f64)> {
    let mut best = (start.iter().map(|param| param.ln()).collect::<Vec<f64>>(), f64::INFINITY);
    for step in (0..RESTARTS).map(|restart| 1.0 / (1 << restart) as f64) {
        let corner = |axis: usize| {
            let mut corner = best.0.clone();
            corner[axis] += if corner[axis] > 0.0 { -step } else { step };
            corner
        };
        let simplex = std::iter::once(best.0.clone()).chain((0..start.len()).map(corner)).collect();
        let size = log_likelihood(start).abs();
        let flat = if size.is_finite() { (size * ROUNDING).max(ROUNDING) } else { GAIN };
        let solver = NelderMead::new(simplex).with_sd_tolerance(flat).ok()?;
        let run = Executor::new(Cost(log_likelihood), solver)
            .configure(|state| state.max_iters(2000))
            .timer(false)
            .run()
            .ok()?;
        let cost = run.state().get_best_cost();
        let gain = best.1 - cost;
        if gain > 0.0 {
            best = (run.state().get_best_param()?.clone(), cost);
        }
        if gain < GAIN {
            break;
        }
    }
    Some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hill_is_climbed_and_a_ridge_ends_at_its_bound() {
        let hill = |params: &[f64]| -(params[0] - 3.0).powi(2) - (params[1].ln() + 2.0).powi(2);
        let top = maximise(&[vec![1.0, 1.0]], hill).unwrap();
        assert!((top.params[0] - 3.0).abs() < 1e-5 && (top.params[1].ln() + 2.0).abs() < 1e-5, "{top:?}");
        assert!(!top.at_bound);
        assert!(maximise(&[vec![1.0]], |params| params[0]).unwrap().at_bound);
        assert_eq!(maximise(&[vec![1.0, 1.0]], |_| f64::NAN), None);
    }
}
