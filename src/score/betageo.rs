//! BG/NBD and MBG/NBD: how likely a customer is still one, and how often one will buy.
//!
//! While alive a customer buys at a rate λ, gamma distributed over customers (`r`, `alpha`), and after each
//! purchase stops for good with a chance p, beta distributed (`a`, `b`). BG/NBD: Fader, Hardie and Lee,
//! "Counting Your Customers the Easy Way" (Marketing Science 24, 2005). MBG/NBD, where a customer may stop
//! right after the first purchase too: Batislam, Denizel and Filiztekin (IJRM 24, 2007).
//!
//! The papers give expectations by Gauss' hypergeometric function, in a form that loses digits for frequent
//! buyers and has a hole at `a = 1`. Here the same value is summed as what it means. Someone alive gets N
//! chances to buy within `t`, N negative binomial with `s = r + x` and `z = t / (alpha + T + t)`; of n
//! chances `g(n) = Σ_{j<n} (b')_j / (a + b')_j` are taken, `b'` being `b` and the purchases survived. So
//! `E = Σ P(N = n) g(n)`: every term is positive and `a = 1` is nothing special.

use super::Buying;

/// Most terms summed; a horizon that needs more has no answer.
const MAX_TERMS: u32 = 1 << 20;
/// What is left out, relative to the sum.
const PRECISION: f64 = 1e-15;
/// Weights are scaled down from here on, so that none overflows.
const LARGE: f64 = 1e200;
/// Smallest and largest parameter that is believed.
const SENSIBLE: core::ops::RangeInclusive<f64> = 1e-9..=1e9;

/// Which of the two models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Model {
    /// Nobody stops before the first repeat purchase: who bought once is alive for certain.
    BgNbd,
    /// One may stop after the first purchase as well: the one to tell churn by.
    #[default]
    MbgNbd,
}

impl Model {
    /// Its name in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Model::BgNbd => "bgnbd",
            Model::MbgNbd => "mbgnbd",
        }
    }
}

/// A fitted model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaGeo {
    model: Model,
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

impl BetaGeo {
    /// From `[r, alpha, a, b]`; `None` where one is not a number from 1e-9 to 1e9.
    pub fn new(model: Model, [r, alpha, a, b]: [f64; 4]) -> Option<BetaGeo> {
        let sensible = [r, alpha, a, b].iter().all(|parameter| SENSIBLE.contains(parameter));
        sensible.then_some(BetaGeo { model, r, alpha, a, b })
    }

    /// Which model it is.
    pub fn model(&self) -> Model {
        self.model
    }

    /// `[r, alpha, a, b]`.
    pub fn params(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    /// The chance that the customer will ever buy again, 0 to 1.
    pub fn p_alive(&self, buying: &Buying) -> f64 {
        let x = f64::from(buying.frequency);
        // How many times the customer went on, at the least, to be seen buying x times again.
        let survived = match self.model {
            Model::BgNbd if buying.frequency == 0 => return 1.0,
            Model::BgNbd => x - 1.0,
            Model::MbgNbd => x,
        };
        let silence = ((self.alpha + buying.t) / (self.alpha + buying.recency)).ln();
        1.0 / (1.0 + self.a / (self.b + survived) * ((self.r + x) * silence).exp())
    }

    /// How many times the customer is expected to buy within `ahead` periods after the day of scoring.
    /// `None` where the horizon is beyond all that the model can tell.
    pub fn expected(&self, buying: &Buying, ahead: f64) -> Option<f64> {
        let x = f64::from(buying.frequency);
        let taken = chances(self.r + x, self.alpha + buying.t, self.a, self.b + x + self.start(), ahead)?;
        Some(self.p_alive(buying) * taken)
    }

    /// How many repeat purchases someone who buys for the first time now is expected to make within `ahead`
    /// periods.
    pub fn expected_of_new(&self, ahead: f64) -> Option<f64> {
        let stays = match self.model {
            Model::BgNbd => 1.0,
            Model::MbgNbd => self.b / (self.a + self.b),
        };
        Some(stays * chances(self.r, self.alpha, self.a, self.b + self.start(), ahead)?)
    }

    /// In MBG/NBD the first purchase was survived too.
    fn start(&self) -> f64 {
        match self.model {
            Model::BgNbd => 0.0,
            Model::MbgNbd => 1.0,
        }
    }
}

/// Purchases of someone alive whose rate is gamma distributed (`s`, `beta`) and whose chance to stop is beta
/// distributed (`a`, `b`), within `ahead`.
fn chances(s: f64, beta: f64, a: f64, b: f64, ahead: f64) -> Option<f64> {
    // Not `ahead <= 0.0`: what is not a number has no answer either.
    if !(ahead > 0.0 && ahead.is_finite()) {
        return (ahead == 0.0).then_some(0.0);
    }
    let z = ahead / (beta + ahead);
    // Weights of the negative binomial, up to a factor that the division by their sum takes out: so
    // (1 - z)^s, which is 0 for a machine where s is large, is never needed.
    let (mut weight, mut weights, mut sum) = (1.0, 1.0, 0.0);
    let (mut taken, mut survives) = (0.0, 1.0);
    for n in 0..MAX_TERMS {
        let chance = f64::from(n);
        let ratio = z * (s + chance) / (chance + 1.0);
        weight *= ratio;
        taken += survives;
        survives *= (b + chance) / (a + b + chance);
        weights += weight;
        sum += weight * taken;
        if weight > LARGE {
            (weight, weights, sum) = (weight / LARGE, weights / LARGE, sum / LARGE);
        }
        // Past the mode weights fall at least as fast as a geometric series of this ratio; `taken` grows by
        // less than 1 a step, which the second factor covers.
        let next = z * (s + chance + 1.0) / (chance + 2.0);
        let falls = (1.0 - next.max(z)).max(0.0);
        if falls > 0.0 && weight * (taken + 1.0 / falls) <= PRECISION * falls * sum {
            return Some(sum / weights);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn model(model: Model) -> BetaGeo {
        BetaGeo::new(model, [0.2425929282798217, 4.413532265271817, 0.7928859664406721, 2.4257523826257996])
            .unwrap()
    }

    fn bought(frequency: u32, recency: f64, t: f64) -> Buying {
        Buying { frequency, recency, t, monetary: 0.0 }
    }

    #[test]
    fn who_bought_once_is_alive_for_bg_and_perhaps_for_mbg() {
        let once = bought(0, 0.0, 38.86);
        assert_eq!(model(Model::BgNbd).p_alive(&once), 1.0);
        let perhaps = model(Model::MbgNbd).p_alive(&once);
        assert!(perhaps > 0.0 && perhaps < 1.0, "{perhaps}");
    }

    #[test]
    fn nothing_is_special_at_an_a_of_one() {
        let at = |a: f64| {
            let fitted = BetaGeo::new(Model::BgNbd, [0.5, 6.0, a, 1.5]).unwrap();
            fitted.expected(&bought(3, 20.0, 30.0), 52.0).unwrap()
        };
        assert!((at(1.0) - at(1.0 + 1e-9)).abs() < 1e-8 && (at(1.0) - at(1.0 - 1e-9)).abs() < 1e-8);
    }

    #[test]
    fn nonsense_has_no_model_and_endless_horizons_no_answer() {
        for broken in [[0.0, 1.0, 1.0, 1.0], [1.0, f64::NAN, 1.0, 1.0], [1.0, 1.0, f64::INFINITY, 1.0]] {
            assert_eq!(BetaGeo::new(Model::BgNbd, broken), None);
        }
        let fitted = model(Model::MbgNbd);
        for ahead in [f64::NAN, f64::INFINITY, -1.0, 1e12] {
            assert_eq!(fitted.expected(&bought(2, 1.0, 2.0), ahead), None, "{ahead}");
        }
        assert_eq!(fitted.expected(&bought(2, 1.0, 2.0), 0.0), Some(0.0));
    }

    proptest! {
        #[test]
        fn any_customer_has_sane_numbers(
            r in 1e-3f64..1e3, alpha in 1e-1f64..1e4, a in 1e-3f64..1e3, b in 1e-3f64..1e3,
            frequency in 0u32..5000, t in 0.0f64..5000.0, share in 0.0f64..=1.0, ahead in 0.0f64..400.0, mbg: bool,
        ) {
            let model = if mbg { Model::MbgNbd } else { Model::BgNbd };
            let fitted = BetaGeo::new(model, [r, alpha, a, b]).unwrap();
            let customer = bought(frequency, t * share, t);
            let alive = fitted.p_alive(&customer);
            prop_assert!((0.0..=1.0).contains(&alive));
            let (near, far) = (fitted.expected(&customer, ahead / 2.0).unwrap(), fitted.expected(&customer, ahead).unwrap());
            // Never more than someone would buy who never stops.
            let most = (r + f64::from(frequency)) * ahead / (alpha + t);
            prop_assert!(near >= 0.0 && near <= far * (1.0 + 1e-12) && far <= most * (1.0 + 1e-9), "{near} {far} {most}");
        }
    }
}
