//! Orders and events in, site folder out: at the start, and again at the push of a button.

use super::Args;
use super::dressed;
use super::error::DemoError;
use super::opening;
use super::sample::{self, Scale};
use super::shop::money::Currency;
use jiff::civil::Date;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tanish::model::{Entry, Name};
use tanish_train::site::Folder;
use tanish_train::{Options, Summary, TrainError};

/// Where the demo keeps things in its data folder.
pub fn site(data: &Path) -> PathBuf {
    data.join("site")
}

/// The relay's data folder.
pub fn relay(data: &Path) -> PathBuf {
    data.join("relay")
}

/// Trains the demo's model, one run at a time.
#[derive(Debug)]
pub struct Trainer {
    options: Options,
    events: PathBuf,
    /// Whether the catalogue is another shop's, whose cards lead elsewhere.
    foreign: bool,
    running: Mutex<()>,
}

impl Trainer {
    /// A trainer for these orders and this catalogue.
    pub fn new(
        args: &Args,
        orders: Vec<PathBuf>,
        catalog: PathBuf,
        currency: &Currency,
    ) -> Result<Trainer, TrainError> {
        let mut options = Options::new(site(&args.data));
        options.orders = orders;
        options.catalog = vec![catalog];
        options.widget = Some(args.widget.clone());
        options.currency = Some(currency.code().to_owned());
        if !args.orders.is_empty() {
            options.preset = args.preset;
            if let Some(columns) = &args.columns {
                options.columns = tanish_train::input::ColumnNames::parse(columns)?;
            }
        }
        Ok(Trainer {
            options,
            events: relay(&args.data).join("events"),
            foreign: args.catalog.is_some(),
            running: Mutex::default(),
        })
    }

    /// Trains from the orders and from the relay's event log, earlier days' included.
    pub fn train(&self) -> Result<Summary, DemoError> {
        let _alone = super::shop::state::lock(&self.running);
        let mut options = self.options.clone();
        // A shop that was never visited has the folder and nothing in it.
        if std::fs::read_dir(&self.events).is_ok_and(|mut entries| entries.next().is_some()) {
            options.events = vec![self.events.clone()];
        }
        let summary = tanish_train::train(&options, &mut Clock(std::time::Instant::now()))?;
        if self.foreign {
            dressed::publish(&self.options.out)?;
        }
        Ok(summary)
    }

    /// The product ids of the model's popular list, best first.
    pub fn popular(&self) -> Result<Vec<String>, DemoError> {
        let folder = Folder::new(&self.options.out);
        let entry = folder.file(&Name::Entry)?;
        let broken = |source| DemoError::Model { path: self.options.out.join("model/entry.bin"), source };
        let entry = Entry::decode(&entry).map_err(broken)?;
        let cards = folder.cards()?;
        let numbers = entry.popular.iter().map(|popular| popular.number as usize);
        Ok(numbers.filter_map(|number| cards.get(number).map(|card| card.id.clone())).collect())
    }
}

/// Gives the summary its seconds.
struct Clock(std::time::Instant);

impl tanish_train::Progress for Clock {
    fn elapsed(&self) -> std::time::Duration {
        self.0.elapsed()
    }
}

/// Every card of a site folder, in the order of the products' numbers.
pub fn cards(folder: &Path) -> Result<Vec<tanish::model::Card>, DemoError> {
    Ok(Folder::new(folder).cards()?)
}

/// What the page is told: consent is taken as given, because the demo's visitors are its owners.
pub fn write_site_json(data: &Path, currency: &Currency) -> Result<(), DemoError> {
    let folder = site(data);
    let path = folder.join("site.json");
    let site = json!({
        "version": 1,
        "currency": currency.code(),
        "priceFormat": currency.pattern(),
        "languages": ["en", "uz", "ru"],
        "consent": { "mode": "granted" },
        "events": { "endpoint": "/v1/batch" },
    });
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, format!("{site:#}\n")))
        .map_err(|source| DemoError::File { path, verb: "written", source })
}

/// Writes the sample's order history.
pub fn write_sample_orders(www: &Path, data: &Path, today: Date) -> Result<PathBuf, DemoError> {
    let catalog = super::shop::catalog::Catalog::read(&opening::sample_catalog(www))?;
    let named = opening::sample_customers(www)?;
    let rows = sample::orders(&catalog, &opening::bundles(www)?, &named, today, Scale::default());
    let path = data.join("orders.csv");
    let failed =
        |source: csv::Error| DemoError::File { path: path.clone(), verb: "written", source: source.into() };
    let mut writer = csv::Writer::from_path(&path).map_err(failed)?;
    rows.iter().try_for_each(|row| writer.serialize(row)).map_err(failed)?;
    writer.flush().map_err(|source| failed(source.into()))?;
    Ok(path)
}
