//! What a run is asked to do.

use crate::TrainError;
use crate::input::catalog;
use crate::input::columns::Field;
use crate::input::{ColumnNames, Preset};
use serde::Serialize;
use std::path::PathBuf;
use tanish::model::Settings;

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
    /// Whether session rows that name no action are purchases rather than views.
    pub rows_are_purchases: bool,
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
            rows_are_purchases: false,
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
        self.catalog_columns.check("--catalog-columns", catalog::COLUMNS.iter().map(|(name, _)| *name))
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

/// How counting is done. Where `tune` holds and there is enough to learn from, all but the lengths of the
/// lists is chosen by the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counting {
    /// Whether to choose the settings by how well they predict the last part of the data.
    pub tune: bool,
    /// How visits make rows.
    pub visits: VisitBlend,
    /// How orders make rows.
    pub orders: OrderBlend,
    /// How popularity of late is counted, and what it says of buying again.
    pub trend: Trend,
    /// How the page blends.
    pub settings: Settings,
    /// Pieces of evidence that a rarely seen product is short of, in `together` and `similar`. At least 0.
    pub shrink: f64,
    /// Longest `next` list.
    pub next: usize,
    /// Longest `together` list.
    pub together: usize,
    /// Longest `similar` list.
    pub similar: usize,
}

/// How visits make rows of `next`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct VisitBlend {
    /// After such a share of all visits, evidence weighs 1/e; infinite: it does not fade. Greater than 0.
    pub fade: f64,
    /// α: share of plain co-occurrence beside steps, 0 to 1.
    pub together: f64,
    /// β: weight of what came before beside what came after.
    pub before: f64,
    /// λ of `C_ij / (G_i + λ)`: pieces of evidence that a rarely seen product is short of.
    pub shrink: f64,
    /// δ: how much a product that everybody meets is damped.
    pub damp: f64,
    /// Factor of a product's weight for itself.
    pub own: f64,
    /// How much louder the rows of often seen products speak.
    pub common: f64,
}

/// How orders make rows of `next`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OrderBlend {
    /// After such a share of all orders, evidence weighs 1/e; infinite: it does not fade. Greater than 0.
    pub fade: f64,
    /// Whether products are weighed together, by a ridge regression, rather than each alone.
    pub solve: bool,
    /// λ: of the regression, or of `C_ij / (G_i + λ)`.
    pub shrink: f64,
    /// α: what stands in the same order, beside what was bought later.
    pub together: f64,
}

/// What is popular of late.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// After such a share of all visits and orders, a purchase or a view counts 1/e. Greater than 0.
    pub fade: f64,
    /// Exponent of popularity in how readily a product is bought again; 0 = not at all.
    pub strength: f64,
    /// Smallest share of buyers who bought again below which a product is taken to be bought once.
    pub least_rebuys: f64,
}

impl Default for Counting {
    fn default() -> Counting {
        Counting {
            tune: true,
            visits: VisitBlend {
                fade: 1.0,
                together: 0.3,
                before: 0.2,
                shrink: 3.0,
                damp: 0.05,
                own: 0.9,
                common: 0.5,
            },
            orders: OrderBlend { fade: f64::INFINITY, solve: true, shrink: 50.0, together: 0.1 },
            trend: Trend { fade: 0.05, strength: 0.35, least_rebuys: 0.05 },
            settings: Settings::default(),
            shrink: 10.0,
            next: 50,
            together: 20,
            similar: 20,
        }
    }
}
