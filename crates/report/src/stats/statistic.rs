//! What is known of one group: counts and sums, and the mean and variance they give.

use serde::Deserialize;
use serde::de::{self, Deserializer, Unexpected};
use statrs::distribution::{ContinuousCDF, Normal};
use thiserror::Error;

/// A plain metric of one group.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Sample {
    /// Units that did something: `sum` of `n`.
    Proportion {
        /// Units.
        #[serde(deserialize_with = "count")]
        n: f64,
        /// Of these, those that did.
        #[serde(deserialize_with = "finite")]
        sum: f64,
    },
    /// A number per unit.
    Mean {
        /// Units.
        #[serde(deserialize_with = "count")]
        n: f64,
        /// Σ of the numbers.
        #[serde(deserialize_with = "finite")]
        sum: f64,
        /// Σ of their squares.
        #[serde(deserialize_with = "finite")]
        sum_squares: f64,
    },
}

impl Sample {
    /// Units.
    pub fn n(&self) -> f64 {
        match *self {
            Sample::Proportion { n, .. } | Sample::Mean { n, .. } => n,
        }
    }

    /// Σ over the units.
    pub fn sum(&self) -> f64 {
        match *self {
            Sample::Proportion { sum, .. } | Sample::Mean { sum, .. } => sum,
        }
    }

    /// Mean over the units; 0 of none.
    pub fn mean(&self) -> f64 {
        if self.n() == 0.0 { 0.0 } else { self.sum() / self.n() }
    }

    /// Of one unit: p(1 − p) of a proportion, the unbiased sample variance of a mean.
    pub fn variance(&self) -> f64 {
        match *self {
            Sample::Proportion { .. } => self.mean() * (1.0 - self.mean()),
            Sample::Mean { n, .. } if n <= 1.0 => 0.0,
            Sample::Mean { n, sum, sum_squares } => (sum_squares - sum * sum / n) / (n - 1.0),
        }
    }

    /// Both groups as one of `n` units.
    fn joint(&self, other: &Sample, n: f64) -> Result<Sample, StatisticError> {
        let sum = self.sum() + other.sum();
        match (self, other) {
            (Sample::Proportion { .. }, Sample::Proportion { .. }) => Ok(Sample::Proportion { n, sum }),
            (Sample::Mean { sum_squares: a, .. }, Sample::Mean { sum_squares: b, .. }) => {
                Ok(Sample::Mean { n, sum, sum_squares: a + b })
            }
            _ => Err(StatisticError::Mixed),
        }
    }
}

/// Why two groups cannot be compared at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatisticError {
    /// One group has a proportion where the other has a mean.
    #[error("post and pre must be of one type in a and b: write both as proportion or both as mean")]
    Mixed,
}

/// A metric of one group.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Statistic {
    /// Units that did something.
    Proportion {
        /// Units.
        #[serde(deserialize_with = "count")]
        n: f64,
        /// Of these, those that did.
        #[serde(deserialize_with = "finite")]
        sum: f64,
    },
    /// A number per unit.
    Mean {
        /// Units.
        #[serde(deserialize_with = "count")]
        n: f64,
        /// Σ of the numbers.
        #[serde(deserialize_with = "finite")]
        sum: f64,
        /// Σ of their squares.
        #[serde(deserialize_with = "finite")]
        sum_squares: f64,
    },
    /// Σm / Σd over units that have both, as in revenue per order; its variance by the delta method.
    Ratio {
        /// Units.
        #[serde(deserialize_with = "count")]
        n: f64,
        /// What stands above the line.
        m: Sample,
        /// What stands below it.
        d: Sample,
        /// Σ m·d over the units.
        #[serde(deserialize_with = "finite")]
        m_d_sum_of_products: f64,
    },
    /// A metric with what the same units did before (CUPED): what was there before is taken off.
    Cuped {
        /// Units.
        #[serde(deserialize_with = "count")]
        n: f64,
        /// During the test.
        post: Sample,
        /// Before it.
        pre: Sample,
        /// Σ post·pre over the units.
        #[serde(deserialize_with = "finite")]
        post_pre_sum_of_products: f64,
        /// Slope of post on pre; [`Statistic::adjusted`] works it out over both groups.
        #[serde(default, deserialize_with = "finite")]
        theta: f64,
    },
    /// A quantile of the numbers, with its own sample's bounds.
    Quantile(Quantile),
}

/// A quantile of a group's numbers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Quantile {
    /// Events.
    #[serde(deserialize_with = "count")]
    pub n: f64,
    /// Sample size at which the bounds were taken.
    #[serde(deserialize_with = "count")]
    pub n_star: f64,
    /// Which quantile, between 0 and 1.
    #[serde(deserialize_with = "finite")]
    pub nu: f64,
    /// The quantile.
    #[serde(deserialize_with = "finite")]
    pub quantile_hat: f64,
    /// Lower bound of its 95 % interval.
    #[serde(deserialize_with = "finite")]
    pub quantile_lower: f64,
    /// Upper bound.
    #[serde(deserialize_with = "finite")]
    pub quantile_upper: f64,
    /// Where events come in clusters (several of one visitor).
    #[serde(flatten)]
    pub clusters: Option<Clusters>,
}

/// How events of a [`Quantile`] are spread over units.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Clusters {
    /// Σ of events below the quantile.
    #[serde(deserialize_with = "finite")]
    pub main_sum: f64,
    /// Σ of their squares over clusters.
    #[serde(deserialize_with = "finite")]
    pub main_sum_squares: f64,
    /// Σ of events.
    #[serde(deserialize_with = "finite")]
    pub denominator_sum: f64,
    /// Σ of their squares over clusters.
    #[serde(deserialize_with = "finite")]
    pub denominator_sum_squares: f64,
    /// Σ of the products of both over clusters.
    #[serde(deserialize_with = "finite")]
    pub main_denominator_sum_product: f64,
    /// Clusters.
    #[serde(deserialize_with = "count")]
    pub n_clusters: f64,
}

impl Quantile {
    fn plain_variance(&self) -> f64 {
        if self.n <= 1.0 {
            return 0.0;
        }
        let width = (self.quantile_upper - self.quantile_lower) / (2.0 * two_sided_95());
        self.n_star / self.n * (self.n - 1.0) * width * width
    }

    fn raw_variance(&self) -> f64 {
        let Some(clusters) = &self.clusters else { return self.plain_variance() };
        let nothing = self.n <= 1.0 || self.nu == 0.0;
        if nothing || clusters.n_clusters <= 1.0 || clusters.denominator_sum <= 0.0 {
            return 0.0;
        }
        self.plain_variance() * clusters.variance() / (self.nu * (1.0 - self.nu) / self.n)
    }

    /// Ties among many events would else pass for certainty.
    fn variance(&self) -> f64 {
        let raw = self.raw_variance();
        if self.n < 100.0 { raw } else { raw.max(1e-5) }
    }

    fn has_no_variance(&self) -> bool {
        let square = two_sided_95().powi(2);
        let above = self.n <= square * self.nu / (1.0 - self.nu);
        let below = self.n <= square * (1.0 - self.nu) / self.nu;
        above || below || (self.raw_variance() <= 0.0 && self.n < 1000.0)
    }
}

impl Clusters {
    fn variance(&self) -> f64 {
        let k = self.n_clusters;
        let (s, n) = (self.main_sum / k, self.denominator_sum / k);
        let unbiased =
            |mean_product: f64, product_of_means: f64| (mean_product - product_of_means) * k / (k - 1.0);
        let ss = unbiased(self.main_sum_squares / k, s * s);
        let nn = unbiased(self.denominator_sum_squares / k, n * n);
        let sn = unbiased(self.main_denominator_sum_product / k, s * n);
        (ss - 2.0 * s * sn / n + s * s * nn / (n * n)) / (k * n * n)
    }
}

fn two_sided_95() -> f64 {
    Normal::standard().inverse_cdf(0.975)
}

impl Statistic {
    /// Units.
    pub fn n(&self) -> f64 {
        match *self {
            Statistic::Proportion { n, .. }
            | Statistic::Mean { n, .. }
            | Statistic::Ratio { n, .. }
            | Statistic::Cuped { n, .. } => n,
            Statistic::Quantile(ref quantile) => quantile.n,
        }
    }

    fn sample(&self) -> Option<Sample> {
        match *self {
            Statistic::Proportion { n, sum } => Some(Sample::Proportion { n, sum }),
            Statistic::Mean { n, sum, sum_squares } => Some(Sample::Mean { n, sum, sum_squares }),
            _ => None,
        }
    }

    /// The metric, after adjustment by [`Statistic::Cuped`].
    pub fn mean(&self) -> f64 {
        match self {
            Statistic::Ratio { m, d, .. } => {
                if d.sum() == 0.0 {
                    0.0
                } else {
                    m.sum() / d.sum()
                }
            }
            Statistic::Cuped { post, pre, theta, .. } => post.mean() - theta * pre.mean(),
            Statistic::Quantile(quantile) => quantile.quantile_hat,
            plain => plain.sample().map_or(0.0, |sample| sample.mean()),
        }
    }

    /// The metric as it was seen.
    pub fn unadjusted_mean(&self) -> f64 {
        match self {
            Statistic::Cuped { post, .. } => post.mean(),
            other => other.mean(),
        }
    }

    /// Variance of the metric of one unit: over `n` it is the square of the mean's standard error.
    pub fn variance(&self) -> f64 {
        match self {
            Statistic::Ratio { n, m, d, m_d_sum_of_products } => {
                if d.mean() == 0.0 || *n <= 1.0 {
                    return 0.0;
                }
                let covariance = covariance(*n, m, d, *m_d_sum_of_products);
                m.variance() / d.mean().powi(2) - 2.0 * covariance * m.mean() / d.mean().powi(3)
                    + m.mean().powi(2) * d.variance() / d.mean().powi(4)
            }
            Statistic::Cuped { n, post, pre, post_pre_sum_of_products, theta } => {
                if *n <= 1.0 {
                    return 0.0;
                }
                let covariance = covariance(*n, post, pre, *post_pre_sum_of_products);
                post.variance() + theta * theta * pre.variance() - 2.0 * theta * covariance
            }
            Statistic::Quantile(quantile) => quantile.variance(),
            plain => plain.sample().map_or(0.0, |sample| sample.variance()),
        }
    }

    /// Whether nothing can be said for want of spread.
    pub fn has_no_variance(&self) -> bool {
        match self {
            Statistic::Quantile(quantile) => quantile.has_no_variance(),
            other => other.variance() <= 0.0,
        }
    }

    /// Two [`Statistic::Cuped`] groups with the slope of post on pre over both (Deng et al. 2013, "Improving
    /// the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment Data"). Where there is
    /// no slope, what was before is left out. Other groups stay as they are.
    ///
    /// # Errors
    /// When the groups hold different types of samples.
    pub fn adjusted(a: &Statistic, b: &Statistic) -> Result<(Statistic, Statistic), StatisticError> {
        let (
            Statistic::Cuped {
                n: n_a, post: post_a, pre: pre_a, post_pre_sum_of_products: product_a, ..
            },
            Statistic::Cuped {
                n: n_b, post: post_b, pre: pre_b, post_pre_sum_of_products: product_b, ..
            },
        ) = (a, b)
        else {
            return Ok((a.clone(), b.clone()));
        };
        let n = n_a + n_b;
        let (post, pre) = (post_a.joint(post_b, n)?, pre_a.joint(pre_b, n)?);
        let theta = if post.variance() == 0.0 || pre.variance() == 0.0 {
            0.0
        } else {
            covariance(n, &post, &pre, product_a + product_b) / pre.variance()
        };
        if theta == 0.0 {
            return Ok((Statistic::from(*post_a), Statistic::from(*post_b)));
        }
        let with = |statistic: &Statistic| match statistic.clone() {
            Statistic::Cuped { n, post, pre, post_pre_sum_of_products, .. } => {
                Statistic::Cuped { n, post, pre, post_pre_sum_of_products, theta }
            }
            other => other,
        };
        Ok((with(a), with(b)))
    }
}

impl From<Sample> for Statistic {
    fn from(sample: Sample) -> Statistic {
        match sample {
            Sample::Proportion { n, sum } => Statistic::Proportion { n, sum },
            Sample::Mean { n, sum, sum_squares } => Statistic::Mean { n, sum, sum_squares },
        }
    }
}

fn covariance(n: f64, x: &Sample, y: &Sample, sum_of_products: f64) -> f64 {
    if n <= 1.0 { 0.0 } else { (sum_of_products - x.sum() * y.sum() / n) / (n - 1.0) }
}

/// A number of units: whole, not negative, exact as a double.
fn count<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(from)?;
    if (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0 {
        Ok(number)
    } else {
        Err(de::Error::invalid_value(Unexpected::Float(number), &"a whole number from 0 to 2^53"))
    }
}

/// A sum within what can be squared and multiplied without overflow.
fn finite<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(from)?;
    if number.abs() <= 1e60 {
        Ok(number)
    } else {
        Err(de::Error::invalid_value(Unexpected::Float(number), &"a number between -1e60 and 1e60"))
    }
}
