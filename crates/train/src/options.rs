//! What a run is asked to do.

use crate::TrainError;
use crate::input::catalog;
use crate::input::columns::Field;
use crate::input::{ColumnNames, Preset};
use std::path::PathBuf;

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// Order files; `-` is standard input.
    pub orders: Vec<PathBuf>,
    /// Event files, or folders whose `*.jsonl` (also gzipped) are all read.
    pub events: Vec<PathBuf>,
    /// Catalogue files. Without any, the catalogue is derived from what the orders say of their products.
    pub catalog: Vec<PathBuf>,
    /// The site folder.
    pub out: PathBuf,
    /// What kind of export the orders are.
    pub preset: Option<Preset>,
    /// The shop's names of order and session columns.
    pub columns: ColumnNames,
    /// The shop's names of catalogue columns.
    pub catalog_columns: ColumnNames,
    /// Ids of order lines that are no products: postage, vouchers …
    pub exclude_products: Vec<String>,
    /// Where the page's files lie, to be copied into the site folder as far as they are there.
    pub widget: Option<PathBuf>,
    /// ISO 4217 code for a new `site.json`.
    pub currency: Option<String>,
    /// How the site folder is laid out.
    pub layout: Layout,
    /// How counting is done.
    pub counting: Counting,
    /// Threads; 0 = as many as the machine has. The result does not depend on it.
    pub threads: usize,
}

impl Options {
    /// Everything at its default, writing to `out`.
    pub fn new(out: impl Into<PathBuf>) -> Options {
        Options {
            orders: Vec::new(),
            events: Vec::new(),
            catalog: Vec::new(),
            out: out.into(),
            preset: None,
            columns: ColumnNames::default(),
            catalog_columns: ColumnNames::default(),
            exclude_products: Vec::new(),
            widget: None,
            currency: None,
            layout: Layout::Files,
            counting: Counting::default(),
            threads: 0,
        }
    }

    /// Refuses what makes no sense before anything is read.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let wrong = |option, reason: &str| Err(TrainError::Option { option, reason: reason.to_owned() });
        if self.orders.is_empty() && self.events.is_empty() && self.catalog.is_empty() {
            return wrong(
                "--orders",
                "give order files, event files by --events, or a catalogue by --catalog",
            );
        }
        let inputs = self.orders.iter().chain(&self.events).chain(&self.catalog);
        if inputs.filter(|path| path.as_os_str() == "-").count() > 1 {
            return wrong("-", "standard input can be read once only");
        }
        if let Some(currency) = &self.currency
            && !(currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            return wrong("--currency", "give three capital letters, as in UZS");
        }
        self.columns.check("--columns", Field::ALL.iter().map(|(_, name)| *name))?;
        self.catalog_columns.check("--catalog-columns", catalog::COLUMNS.iter().map(|(name, _)| *name))?;
        self.counting.check()
    }
}

/// How the site folder is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// A file a shard: any web server will do, and a visitor fetches least.
    #[default]
    Files,
    /// Many shards in a file, read by HTTP ranges: for hosts that cap the number of files. Costs one more
    /// request, and a host that does not know ranges sends about a megabyte each time.
    Packed,
}

/// How counting is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counting {
    /// λ of `C_ij / (G_i + λ)`: pieces of evidence that a rarely seen product is short of. At least 0.
    pub shrink: f64,
    /// α: share of plain co-occurrence beside forward transitions in `next`, 0 to 1.
    pub blend: f64,
    /// τ: after so many days evidence weighs 1/e. Greater than 0.
    pub fade_days: f64,
    /// Longest `next` list.
    pub next: usize,
    /// Longest `together` list.
    pub together: usize,
    /// Longest `similar` list.
    pub similar: usize,
}

impl Default for Counting {
    fn default() -> Counting {
        Counting { shrink: 10.0, blend: 0.4, fade_days: 90.0, next: 50, together: 20, similar: 20 }
    }
}

impl Counting {
    fn check(&self) -> Result<(), TrainError> {
        let wrong = |option, reason: &str| Err(TrainError::Option { option, reason: reason.to_owned() });
        if !(self.shrink >= 0.0 && self.shrink.is_finite()) {
            return wrong("--shrink", "give a number of 0 or more");
        }
        if !(0.0..=1.0).contains(&self.blend) {
            return wrong("--blend", "give a number from 0 to 1");
        }
        if !(self.fade_days > 0.0 && self.fade_days.is_finite()) {
            return wrong("--fade-days", "give a number greater than 0");
        }
        Ok(())
    }
}
