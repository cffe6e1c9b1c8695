//! Gamma-Gamma fitted to what repeat customers spent, by maximum likelihood.

use super::Misfit;
use super::simplex::{Optimum, maximise};
use libm::lgamma;
use std::collections::BTreeMap;
use tanish::score::Buying;

/// Fewest customers with repeat purchases that cost something.
const MIN_CUSTOMERS: usize = 10;

/// Repeat days and their mean value, of everyone who has any.
pub(crate) struct Spenders {
    rows: Vec<(f64, f64)>,
    /// Repeat days and how many customers have as many.
    days: Vec<(f64, f64)>,
    /// Sums over customers, of repeat days and of what does not depend on the parameters.
    all_days: f64,
    days_log_mean: f64,
    log_mean: f64,
    days_log_days: f64,
}

impl Spenders {
    pub fn of<'a>(customers: impl Iterator<Item = &'a Buying>) -> Spenders {
        let spent = customers.filter(|buying| buying.frequency > 0 && buying.monetary > 0.0);
        Spenders::new(spent.map(|buying| (f64::from(buying.frequency), buying.monetary)).collect())
    }

    fn new(rows: Vec<(f64, f64)>) -> Spenders {
        let mut days: BTreeMap<u32, u32> = BTreeMap::new();
        rows.iter().for_each(|(x, _)| *days.entry(*x as u32).or_default() += 1);
        let sum = |of: fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>();
        Spenders {
            days: days.into_iter().map(|(x, count)| (f64::from(x), f64::from(count))).collect(),
            all_days: sum(|(x, _)| *x),
            days_log_mean: sum(|(x, mean)| x * mean.ln()),
            log_mean: sum(|(_, mean)| mean.ln()),
            days_log_days: sum(|(x, _)| x * x.ln()),
            rows,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// `ln L`: equation 1a of Fader and Hardie (2013), summed by what its parts depend on.
    pub fn log_likelihood(&self, params: &[f64]) -> f64 {
        let &[p, q, v] = params else { return f64::NAN };
        let of_days = |(x, count): &(f64, f64)| count * (lgamma(p * x + q) - lgamma(p * x));
        let of_row = |(x, mean): &(f64, f64)| (p * x + q) * (mean * x / v).ln_1p();
        // (px + q) ln(v + xm) = (px + q) (ln v + ln(1 + xm / v))
        let scale = p * (self.days_log_mean + self.days_log_days) - p * self.all_days * v.ln();
        self.days.iter().map(of_days).sum::<f64>() - self.rows.iter().map(of_row).sum::<f64>() + scale
            - self.log_mean
            - lgamma(q) * self.len() as f64
    }

    /// The most likely parameters `[p, q, v]`.
    pub fn fit(&self) -> Result<Optimum, Misfit> {
        if self.len() < MIN_CUSTOMERS {
            return Err(Misfit::FewSpenders { found: self.len(), needed: MIN_CUSTOMERS });
        }
        // In units of the mean, so that soums and dollars are fitted alike.
        let unit = self.rows.iter().map(|(_, mean)| mean).sum::<f64>() / self.len() as f64;
        let scaled = Spenders::new(self.rows.iter().map(|(x, mean)| (*x, mean / unit)).collect());
        let starts = [vec![5.0, 4.0, 0.5], vec![1.0, 2.0, 1.0]];
        let mut found = maximise(&starts, |params| scaled.log_likelihood(params)).ok_or(Misfit::NoMaximum)?;
        found.params[2] *= unit;
        found.log_likelihood = self.log_likelihood(&found.params);
        Ok(found)
    }

    /// Pearson's correlation of how often with how much, which the model takes to be none.
    pub fn correlation(&self) -> Option<f64> {
        let count = self.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| self.rows.iter().map(of).sum::<f64>() / count;
        let (x, m) = (mean(|row| row.0), mean(|row| row.1));
        let sum =
            |of: &dyn Fn(f64, f64) -> f64| self.rows.iter().map(|row| of(row.0 - x, row.1 - m)).sum::<f64>();
        let correlation = sum(&|x, m| x * m) / (sum(&|x, _| x * x) * sum(&|_, m| m * m)).sqrt();
        Some(correlation).filter(|correlation| correlation.is_finite())
    }
}
