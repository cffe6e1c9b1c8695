//! A small shop, trained: the folder a page reads.

use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tanish_train::{Layout, Options};
use tempfile::TempDir;

/// The shop's products: id, title and price. What goes with what is in [`orders`].
pub const PRODUCTS: [(&str, &str, u32); 8] = [
    ("bag", "Cotton bag", 20),
    ("teapot", "Blue teapot", 120),
    ("cups", "Six blue cups", 80),
    ("boots", "Leather boots", 400),
    ("socks", "Wool socks", 30),
    ("lamp", "Desk lamp", 150),
    ("bulb", "Warm bulb", 15),
    ("rug", "Small rug", 250),
];

/// A site folder with the widget in it.
pub struct Site {
    folder: TempDir,
    inputs: TempDir,
}

impl Site {
    /// Trains on [`orders`].
    ///
    /// # Errors
    /// When the widget is not built or training fails.
    pub async fn sample() -> Result<Self> {
        Self::train(&orders(), &catalog()).await
    }

    /// Trains on orders and a catalogue, both CSV.
    ///
    /// # Errors
    /// As [`Site::sample`].
    pub async fn train(orders: &str, catalog: &str) -> Result<Self> {
        let temporary = || TempDir::with_prefix("tanish-site-").map_err(Error::io(std::env::temp_dir()));
        let site = Self { folder: temporary()?, inputs: temporary()? };
        for (name, text) in [("orders.csv", orders), ("catalog.csv", catalog)] {
            let path = site.inputs.path().join(name);
            std::fs::write(&path, text).map_err(Error::io(path))?;
        }
        site.retrain(&[]).await?;
        Ok(site)
    }

    /// Trains again, on these event logs too.
    ///
    /// # Errors
    /// When training fails.
    pub async fn retrain(&self, events: &[PathBuf]) -> Result<()> {
        self.retrain_as(Layout::Files, events).await
    }

    /// The same, laid out in another way.
    ///
    /// # Errors
    /// When training fails.
    pub async fn retrain_as(&self, layout: Layout, events: &[PathBuf]) -> Result<()> {
        let mut options = Options::new(self.path());
        options.layout = layout;
        options.orders = vec![self.inputs.path().join("orders.csv")];
        options.catalog = vec![self.inputs.path().join("catalog.csv")];
        options.events = events.to_vec();
        options.widget = Some(crate::package()?);
        options.currency = Some("USD".to_owned());
        let trained = tokio::task::spawn_blocking(move || tanish_train::train(&options, &mut ())).await;
        trained.map_err(setup)?.map_err(setup)?;
        Ok(())
    }

    /// Renews the cards by this catalogue, a CSV; the model stays.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub async fn renew(&self, catalog: &str) -> Result<()> {
        let path = self.inputs.path().join("renewed.csv");
        std::fs::write(&path, catalog).map_err(Error::io(&path))?;
        let mut options = Options::new(self.path());
        options.catalog = vec![path];
        let renewed = tokio::task::spawn_blocking(move || tanish_train::train(&options, &mut ())).await;
        renewed.map_err(setup)?.map_err(setup)?;
        Ok(())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Sets keys of `site.json`.
    ///
    /// # Errors
    /// When the file is not as training wrote it.
    pub fn configure(&self, keys: Value) -> Result<()> {
        let path = self.path().join("site.json");
        let text = std::fs::read_to_string(&path).map_err(Error::io(&path))?;
        let mut site: Map<String, Value> = serde_json::from_str(&text).map_err(setup)?;
        if let Value::Object(keys) = keys {
            site.extend(keys);
        }
        std::fs::write(&path, Value::Object(site).to_string()).map_err(Error::io(path))
    }

    /// The title of a product.
    pub fn title(id: &str) -> &'static str {
        PRODUCTS.iter().find(|(known, ..)| *known == id).map_or("", |(_, title, _)| title)
    }
}

/// The catalogue of [`PRODUCTS`].
pub fn catalog() -> String {
    let mut csv = "id,title,category,price,stock,url,added\n".to_owned();
    for (id, title, price) in PRODUCTS {
        let _ = writeln!(csv, "{id},{title},Home,{price},9,/product/{id},2026-01-01");
    }
    csv
}

/// Orders of a year in which everybody buys a bag first, cups go with the teapot, socks with the boots, and
/// the bulb with the lamp. Nobody buys cups with boots.
pub fn orders() -> String {
    let mut csv = "order_id,product_id,customer_id,timestamp,quantity,price\n".to_owned();
    let mut order = 0;
    for customer in 0..90_u32 {
        let (first, second) =
            [("teapot", "cups"), ("boots", "socks"), ("lamp", "bulb")][customer as usize % 3];
        let rug = if customer % 9 == 0 { "rug" } else { "bag" };
        for (visit, basket) in [vec!["bag", rug], vec![first, second]].into_iter().enumerate() {
            order += 1;
            let (month, day) = (1 + customer % 10, 1 + customer % 25 + 2 * visit as u32);
            for id in basket.iter().collect::<std::collections::BTreeSet<_>>() {
                let price = PRODUCTS.iter().find(|(known, ..)| known == id).map_or(0, |(.., price)| *price);
                let _ =
                    writeln!(csv, "{order},{id},c{customer},2026-{month:02}-{day:02}T10:00:00Z,1,{price}");
            }
        }
    }
    csv
}

fn setup(error: impl ToString) -> Error {
    Error::Setup(format!("training: {}", error.to_string()))
}
