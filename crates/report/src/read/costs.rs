//! What channels cost.

use crate::section::channels::Costs;
use std::path::Path;
use tanish_train::TrainError;
use tanish_train::input::{Problem, Record, Sink, cell, plain_name, read_table};

/// Adds the rows of a cost file: `source` (or `channel`) or `campaign`, and `cost` (or `amount`, `spend`).
///
/// # Errors
/// A file that cannot be read, lacks a needed column, or has a row whose cost is no number: what is left out
/// would make a channel look better than it is.
pub fn read_costs(path: &Path, costs: Costs) -> Result<Costs, TrainError> {
    let mut rows = Rows { costs, columns: [None; 3], seen: Vec::new(), fault: None };
    read_table(path, &[], &mut rows)?;
    let file = path.display().to_string();
    if let Some((line, reason)) = rows.fault {
        let mend = "correct the row: without it a channel would look better than it is";
        return Err(TrainError::Format { file: format!("{file}:{line}"), found: reason, mend: mend.into() });
    }
    let [source, campaign, cost] = rows.columns;
    if !rows.seen.is_empty() && (cost.is_none() || (source.is_none() && campaign.is_none())) {
        return Err(TrainError::MissingColumn {
            file,
            missing: "source or campaign, and cost".into(),
            found: rows.seen.join(", "),
            mend: "name the columns so".into(),
        });
    }
    Ok(rows.costs)
}

struct Rows {
    costs: Costs,
    /// Source, campaign, cost.
    columns: [Option<usize>; 3],
    seen: Vec<String>,
    fault: Option<(u64, String)>,
}

impl Sink for Rows {
    fn row(&mut self, columns: &[String], record: &Record) {
        if columns.len() != self.seen.len() {
            self.seen = columns.to_vec();
            let find = |names: &[&str]| {
                columns.iter().position(|column| names.contains(&plain_name(column).as_str()))
            };
            self.columns = [
                find(&["source", "channel", "utmsource"]),
                find(&["campaign", "utmcampaign"]),
                find(&["cost", "amount", "spend"]),
            ];
        }
        let [source, campaign, cost] =
            self.columns.map(|column| column.and_then(|column| record.get(column)));
        let Some(cost) = cost else { return };
        let cost = match cell::money(cost) {
            Ok(cost) => cost,
            Err((_, reason)) => {
                self.fault.get_or_insert((record.line, reason));
                return;
            }
        };
        if let Some(campaign) = campaign {
            *self.costs.campaigns.entry(campaign.to_lowercase()).or_default() += cost;
        }
        if let Some(source) = source {
            *self.costs.sources.entry(source.to_lowercase()).or_default() += cost;
        }
    }

    fn fault(&mut self, line: u64, _: Problem, reason: String) {
        self.fault.get_or_insert((line, reason));
    }
}
