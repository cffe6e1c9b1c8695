//! BG/NBD and MBG/NBD fitted to how customers bought, by maximum likelihood.

use super::Misfit;
use super::simplex::{Optimum, maximise};
use libm::lgamma;
use std::collections::BTreeMap;
use tanish::score::{Buying, Model};

/// Fewest customers a fit is made from.
const MIN_CUSTOMERS: usize = 10;
/// Fewest of them with a repeat purchase.
const MIN_REPEATERS: usize = 3;

/// The customers, put together as far as the likelihood cannot tell them apart.
pub(crate) struct Sample {
    /// Frequency, recency, t and how many customers.
    rows: Vec<(f64, f64, f64, f64)>,
    /// Frequency and how many customers.
    frequencies: Vec<(f64, f64)>,
}

impl Sample {
    pub fn of<'a>(customers: impl Iterator<Item = &'a Buying>) -> Sample {
        // Recency and t are days over a constant: equal days have equal bits.
        let mut rows: BTreeMap<(u32, u64, u64), u32> = BTreeMap::new();
        let mut frequencies: BTreeMap<u32, u32> = BTreeMap::new();
        for Buying { frequency, recency, t, .. } in customers {
            *rows.entry((*frequency, recency.to_bits(), t.to_bits())).or_default() += 1;
            *frequencies.entry(*frequency).or_default() += 1;
        }
        let row = |((x, recency, t), count): (_, u32)| {
            (f64::from(x), f64::from_bits(recency), f64::from_bits(t), f64::from(count))
        };
        Sample {
            rows: rows.into_iter().map(row).collect(),
            frequencies: frequencies.into_iter().map(|(x, count)| (f64::from(x), f64::from(count))).collect(),
        }
    }

    /// `ln L`. BG/NBD: equation 6 of Fader, Hardie and Lee (2005); MBG/NBD: equation 3 of Batislam,
    /// Denizel and Filiztekin (2007), where stopping may also follow the first purchase.
    pub fn log_likelihood(&self, model: Model, params: &[f64]) -> f64 {
        let &[r, alpha, a, b] = params else { return f64::NAN };
        let start = if model == Model::MbgNbd { 1.0 } else { 0.0 };
        let constant = r * alpha.ln() - lgamma(r) + lgamma(a + b) - lgamma(b);
        let of_frequency = |(x, count): &(f64, f64)| {
            count * (lgamma(r + x) + lgamma(b + x + start) - lgamma(a + b + x + start) + constant)
        };
        let of_row = |&(x, recency, t, count): &(f64, f64, f64, f64)| {
            let alive = -(r + x) * (alpha + t).ln();
            let odds = match model {
                Model::BgNbd if x == 0.0 => return count * alive,
                Model::BgNbd => a / (b + x - 1.0),
                Model::MbgNbd => a / (b + x),
            };
            let stopped = (r + x) * ((alpha + t) / (alpha + recency)).ln() + odds.ln();
            // ln(1 + e^stopped) without overflow.
            count * (alive + stopped.max(0.0) + (-stopped.abs()).exp().ln_1p())
        };
        self.frequencies.iter().map(of_frequency).sum::<f64>() + self.rows.iter().map(of_row).sum::<f64>()
    }

    fn check(&self) -> Result<(), Misfit> {
        let customers: f64 = self.frequencies.iter().map(|(_, count)| count).sum();
        let repeaters: f64 = self.frequencies.iter().filter(|(x, _)| *x > 0.0).map(|(_, count)| count).sum();
        if customers < MIN_CUSTOMERS as f64 {
            return Err(Misfit::FewCustomers { found: customers as usize, needed: MIN_CUSTOMERS });
        }
        if repeaters < MIN_REPEATERS as f64 {
            return Err(Misfit::FewRepeaters { found: repeaters as usize, needed: MIN_REPEATERS });
        }
        Ok(())
    }

    /// The most likely parameters `[r, alpha, a, b]`.
    pub fn fit(&self, model: Model) -> Result<Optimum, Misfit> {
        self.check()?;
        // Rates are per period, whatever the period: alpha is tried at the scale of the data.
        let span = self.rows.iter().map(|(_, _, t, _)| *t).fold(0.0, f64::max).max(1e-3);
        let starts = [vec![0.5, span / 8.0, 0.8, 2.0], vec![2.0, span, 0.1, 1.0]];
        maximise(&starts, |params| self.log_likelihood(model, params)).ok_or(Misfit::NoMaximum)
    }
}
