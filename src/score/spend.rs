//! Gamma-Gamma: what a customer spends on a day of buying.
//!
//! Fader, Hardie and Lee, "RFM and CLV" (Journal of Marketing Research 42, 2005); Fader and Hardie, "The
//! Gamma-Gamma Model of Monetary Value" (2013). Spend is taken not to depend on how often one buys.

use super::Buying;

/// A fitted model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

impl GammaGamma {
    /// From `[p, q, v]`; `None` where one is not a number from 1e-9 to 1e15.
    pub fn new([p, q, v]: [f64; 3]) -> Option<GammaGamma> {
        let sensible = [p, q, v].iter().all(|parameter| (1e-9..=1e15).contains(parameter));
        sensible.then_some(GammaGamma { p, q, v })
    }

    /// `[p, q, v]`.
    pub fn params(&self) -> [f64; 3] {
        [self.p, self.q, self.v]
    }

    /// The expected value of a day of buying, in the shop's currency: between what the customer spent until
    /// now and what all spend, the nearer to the former the more days there are. `None` where the fit gives
    /// the population no finite mean (q of 1 or less) and the customer's own days do not make up for it.
    pub fn mean(&self, buying: &Buying) -> Option<f64> {
        let own = if buying.monetary > 0.0 { self.p * f64::from(buying.frequency) } else { 0.0 };
        let evidence = own + self.q - 1.0;
        let mean = (self.p * self.v + own * buying.monetary) / evidence;
        (evidence > 0.0 && mean.is_finite()).then_some(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_spend_counts_the_more_the_more_there_is_of_it() {
        let fitted = GammaGamma::new([6.25, 3.74, 15.44]).unwrap();
        let mean =
            |frequency, monetary| fitted.mean(&Buying { frequency, recency: 0.0, t: 0.0, monetary }).unwrap();
        let all = 6.25 * 15.44 / 2.74;
        assert!((mean(0, 0.0) - all).abs() < 1e-12);
        assert!(all < mean(1, 100.0) && mean(1, 100.0) < mean(9, 100.0) && mean(9, 100.0) < 100.0);
        assert_eq!(mean(3, 0.0), mean(0, 0.0), "free days tell nothing of spend");
    }

    #[test]
    fn without_a_finite_mean_there_is_none() {
        let fitted = GammaGamma::new([2.0, 0.5, 10.0]).unwrap();
        assert_eq!(fitted.mean(&Buying { frequency: 0, recency: 0.0, t: 0.0, monetary: 0.0 }), None);
        assert!(fitted.mean(&Buying { frequency: 2, recency: 0.0, t: 0.0, monetary: 5.0 }).is_some());
        assert_eq!(GammaGamma::new([0.0, 1.0, 1.0]), None);
    }
}
