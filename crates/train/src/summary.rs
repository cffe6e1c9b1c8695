//! What a run came to.

use crate::Tuning;
use crate::input::ReadReport;
use serde::Serialize;
use std::fmt;

/// What a run came to: printable, and serialisable for machines.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Summary {
    /// What became of the order rows.
    pub orders_read: ReadReport,
    /// What became of the events; a row is a product of an event.
    pub events_read: ReadReport,
    /// What became of the catalogue rows.
    pub catalog_read: ReadReport,
    /// Products in the model and the catalogue.
    pub products: u64,
    /// People with at least one order.
    pub customers: u64,
    /// Orders with at least one product.
    pub orders: u64,
    /// Visits seen in events.
    pub visits: u64,
    /// Order lines and events of products that are not in the catalogue.
    pub not_in_catalog: u64,
    /// What was chosen for these data, and how good it is to be expected; `None` at fixed settings.
    pub tuning: Option<Tuning>,
    /// Products with at least one neighbour.
    pub rows: u64,
    /// Neighbours over all rows.
    pub neighbours: u64,
    /// Model and catalogue files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Widget files copied in.
    pub widget: Vec<String>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Seconds by phase, as far as the caller has a clock.
    pub seconds: Vec<PhaseSeconds>,
}

/// How long a phase took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseSeconds {
    /// The phase.
    pub phase: &'static str,
    /// Its seconds.
    pub seconds: f64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, report) in
            [("orders", &self.orders_read), ("events", &self.events_read), ("catalogue", &self.catalog_read)]
        {
            if report.files.is_empty() && report.notes.is_empty() {
                continue;
            }
            writeln!(f, "{name}")?;
            if report.files.is_empty() {
                report.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))?;
            } else {
                write!(f, "{report}")?;
            }
        }
        writeln!(f, "model")?;
        writeln!(
            f,
            "  {} products, {} customers, {} orders, {} visits",
            self.products, self.customers, self.orders, self.visits
        )?;
        if self.not_in_catalog > 0 {
            writeln!(
                f,
                "  {} lines and events of products that are not in the catalogue",
                self.not_in_catalog
            )?;
        }
        if let Some(tuning) = &self.tuning {
            write!(f, "{tuning}")?;
        }
        writeln!(f, "  {} products with neighbours, {} neighbours in all", self.rows, self.neighbours)?;
        writeln!(f, "  {} files, {} bytes", self.files, self.bytes)?;
        if !self.widget.is_empty() {
            writeln!(f, "  widget: {}", self.widget.join(", "))?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  note: {note}"))?;
        let times: Vec<String> =
            self.seconds.iter().map(|time| format!("{} {:.2} s", time.phase, time.seconds)).collect();
        if times.is_empty() { Ok(()) } else { writeln!(f, "  {}", times.join(", ")) }
    }
}
