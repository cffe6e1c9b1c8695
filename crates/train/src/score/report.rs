//! What scoring comes to, as a CRM reads it.

use super::Fitted;
use serde::Serialize;
use std::io::{self, Write};

/// Scores of all customers, and the models behind them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// One row a customer, by id.
    pub customers: Vec<Row>,
    /// The models.
    pub models: Models,
    /// What was asked.
    pub about: About,
}

/// What was asked, and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// Day of scoring, `YYYY-MM-DD` in UTC; later orders were not looked at.
    pub at: String,
    /// Unit of recency, t and horizon: `day`, `week` or `month`.
    pub period: &'static str,
    /// The model that the rows were scored by.
    pub model: &'static str,
    /// Periods ahead that expectations are for.
    pub horizon: f64,
    /// Discount a month.
    pub discount: f64,
    /// From which sum spent `m` is 2, 3, 4 and 5.
    pub money: [f64; 4],
    /// Remarks: what could not be scored, and why.
    pub notes: Vec<String>,
}

/// One customer. What no model could tell is `null`; `models` says why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// As the shop names the customer.
    pub customer_id: String,
    /// Days with a purchase after the first.
    pub frequency: u32,
    /// Periods from the first purchase to the last.
    pub recency: f64,
    /// Periods from the first purchase to the day of scoring.
    pub t: f64,
    /// Mean value of the repeat days; 0 without any.
    pub monetary: f64,
    /// Recency, 1 (worst) to 5.
    pub r: u8,
    /// Frequency, 1 to 5.
    pub f: u8,
    /// Money spent, 1 to 5.
    pub m: u8,
    /// The chance that the customer buys again at all.
    pub p_alive: Option<f64>,
    /// Purchase days expected within the horizon.
    pub expected_purchases: Option<f64>,
    /// Their expected value.
    pub expected_value: Option<f64>,
    /// Their expected value, discounted month by month.
    pub clv: Option<f64>,
    /// Names of segments.
    pub segments: Vec<String>,
}

/// The models; parameters are `null`, with a reason, where the data make none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Models {
    /// BG/NBD.
    pub bgnbd: Fit<BoughtParams>,
    /// MBG/NBD.
    pub mbgnbd: Fit<BoughtParams>,
    /// Gamma-Gamma.
    pub gammagamma: Fit<SpentParams>,
}

/// A model, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fit<T> {
    /// Its parameters.
    pub params: Option<T>,
    /// Of the data, under these parameters.
    pub log_likelihood: Option<f64>,
    /// How many customers speak in it.
    pub customers: usize,
    /// Whether they were given, not fitted.
    pub given: bool,
    /// Why there are no parameters, or what to keep in mind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Gamma-Gamma: correlation of frequency and spend, taken to be none by the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
}

/// Parameters of BG/NBD and MBG/NBD.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as in the papers")]
pub struct BoughtParams {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

/// Parameters of Gamma-Gamma.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[allow(missing_docs, reason = "as in the papers")]
pub struct SpentParams {
    pub p: f64,
    pub q: f64,
    pub v: f64,
}

impl Models {
    pub(super) fn of(fitted: &Fitted) -> Models {
        let bought = |fit: &super::Found<tanish::score::BetaGeo>| {
            fit.told(|model| {
                let [r, alpha, a, b] = model.params();
                BoughtParams { r, alpha, a, b }
            })
        };
        let mut gammagamma = fitted.gammagamma.told(|model| {
            let [p, q, v] = model.params();
            SpentParams { p, q, v }
        });
        gammagamma.correlation = fitted.correlation;
        Models { bgnbd: bought(&fitted.bgnbd), mbgnbd: bought(&fitted.mbgnbd), gammagamma }
    }
}

impl Scores {
    /// The rows as a table, for systems that load one; segments are joined by `;`.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn write_csv(&self, out: impl Write) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(out);
        table.write_record([
            "customer_id",
            "frequency",
            "recency",
            "t",
            "monetary",
            "r",
            "f",
            "m",
            "p_alive",
            "expected_purchases",
            "expected_value",
            "clv",
            "segments",
        ])?;
        for row in &self.customers {
            table.serialize((
                (&row.customer_id, row.frequency, row.recency, row.t, row.monetary),
                (row.r, row.f, row.m),
                (row.p_alive, row.expected_purchases, row.expected_value, row.clv),
                row.segments.join(";"),
            ))?;
        }
        table.flush()
    }
}
