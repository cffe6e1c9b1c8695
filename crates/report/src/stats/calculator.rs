//! The calculator of `tanish stats`: questions in JSON, answers in JSON.

use super::compare::{Comparison, compare};
use super::config::{Config, Kind};
use super::many::{benjamini_hochberg, holm, srm};
use super::statistic::Statistic;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// Most questions of one file.
const MOST: usize = 1_000_000;

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub enum Calculation {
    /// Two groups against each other.
    Compare {
        /// The control and the treatment.
        groups: Box<[Statistic; 2]>,
        /// Which test.
        test: Kind,
        /// How.
        config: Config,
    },
    /// Whether traffic was split as it should have been.
    Split {
        /// Units by group.
        users: Vec<f64>,
        /// Share wanted by group.
        weights: Vec<f64>,
    },
    /// Several p-values at once.
    Many {
        /// From 0 to 1.
        p: Vec<f64>,
    },
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Of [`Calculation::Compare`].
    Compared(Comparison),
    /// Of [`Calculation::Split`].
    Split {
        /// As asked.
        users: Vec<f64>,
        /// As asked.
        weights: Vec<f64>,
        /// Chance of so uneven a split.
        p: f64,
    },
    /// Of [`Calculation::Many`].
    Many {
        /// As asked.
        p: Vec<f64>,
        /// Adjusted after Holm.
        holm: Vec<f64>,
        /// Adjusted after Benjamini and Hochberg.
        bh: Vec<f64>,
    },
}

/// Why a file of questions is not understood.
#[derive(Debug, Error)]
pub enum CalculatorError {
    /// Not JSON.
    #[error("not JSON: write one object, or a list of them")]
    Json(#[from] serde_json::Error),
    /// No object, or a list with something else in it.
    #[error("entry {entry}: must be an object with a and b, users and weights, or p")]
    Shape {
        /// Which, from 1.
        entry: usize,
    },
    /// Too many questions.
    #[error("more than {MOST} entries: split the file")]
    TooMany,
    /// A field is missing or wrong.
    #[error("entry {entry}: {field}: {reason}")]
    Field {
        /// Which, from 1.
        entry: usize,
        /// The field.
        field: &'static str,
        /// What is wrong, and the mend.
        reason: String,
    },
}

/// Reads the questions of a file.
///
/// # Errors
/// What is wrong with which entry and field.
pub fn calculations(text: &[u8]) -> Result<Vec<Calculation>, CalculatorError> {
    let entries = match serde_json::from_slice(text)? {
        Value::Array(entries) if entries.len() > MOST => return Err(CalculatorError::TooMany),
        Value::Array(entries) => entries,
        one => vec![one],
    };
    entries.into_iter().enumerate().map(|(index, entry)| Calculation::read(index + 1, entry)).collect()
}

#[derive(Deserialize)]
struct Numbers(Vec<f64>);

impl Calculation {
    fn read(entry: usize, value: Value) -> Result<Calculation, CalculatorError> {
        let Value::Object(mut object) = value else { return Err(CalculatorError::Shape { entry }) };
        let wrong = |field, reason: String| CalculatorError::Field { entry, field, reason };
        let mut take = |field: &'static str| object.remove(field).filter(|value| !value.is_null());
        fn read<T: for<'de> Deserialize<'de>>(value: Value) -> Result<T, String> {
            serde_json::from_value(value).map_err(|error| error.to_string())
        }
        let numbers = |field: &'static str, value: Value, fits: fn(f64) -> bool, must: &str| {
            let Numbers(numbers) = read(value).map_err(|reason| wrong(field, reason))?;
            match numbers.iter().find(|number| !fits(**number)) {
                Some(number) => Err(wrong(field, format!("{number} must be {must}"))),
                None => Ok(numbers),
            }
        };
        if let Some(a) = take("a") {
            let a = read(a).map_err(|reason| wrong("a", reason))?;
            let b = take("b").ok_or_else(|| wrong("b", "is missing: give the second group".into()))?;
            let b = read(b).map_err(|reason| wrong("b", reason))?;
            let test =
                take("test").map_or(Ok(Kind::default()), read).map_err(|reason| wrong("test", reason))?;
            let config: Config = take("config")
                .map_or(Ok(Config::default()), read)
                .map_err(|reason| wrong("config", reason))?;
            if let Some(fault) = config.fault() {
                return Err(wrong("config", fault));
            }
            return Ok(Calculation::Compare { groups: Box::new([a, b]), test, config });
        }
        if let Some(users) = take("users") {
            let fits = |number: f64| (0.0..=1e15).contains(&number);
            let users = numbers("users", users, fits, "a number of users from 0")?;
            let weights = match take("weights") {
                None => vec![1.0 / users.len().max(1) as f64; users.len()],
                Some(weights) => numbers("weights", weights, fits, "a share from 0")?,
            };
            if weights.len() != users.len() || users.is_empty() {
                let reason = format!("{} weights for {} users: give one each", weights.len(), users.len());
                return Err(wrong("weights", reason));
            }
            return Ok(Calculation::Split { users, weights });
        }
        if let Some(p) = take("p") {
            let p = numbers("p", p, |number| (0.0..=1.0).contains(&number), "from 0 to 1")?;
            return Ok(Calculation::Many { p });
        }
        Err(CalculatorError::Shape { entry })
    }

    /// The answer; `entry` is the number of the question, from 1, for messages.
    ///
    /// # Errors
    /// When two groups cannot be compared.
    pub fn outcome(self, entry: usize) -> Result<Outcome, CalculatorError> {
        match self {
            Calculation::Compare { groups, test, config } => {
                let [a, b] = &*groups;
                let compared = compare(a, b, test, &config).map_err(|error| CalculatorError::Field {
                    entry,
                    field: "b",
                    reason: error.to_string(),
                })?;
                Ok(Outcome::Compared(compared))
            }
            Calculation::Split { users, weights } => {
                let p = srm(&users, &weights);
                Ok(Outcome::Split { users, weights, p })
            }
            Calculation::Many { p } => {
                let (holm, bh) = (holm(&p), benjamini_hochberg(&p));
                Ok(Outcome::Many { p, holm, bh })
            }
        }
    }
}
