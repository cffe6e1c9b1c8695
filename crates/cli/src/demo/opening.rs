//! Opens the shop: over our own sample, or over somebody's real products.

use super::error::DemoError;
use super::shop::catalog::Catalog;
use super::shop::customers::{self, Customer};
use super::shop::money::Currency;
use super::shop::state::{Opening, Shop};
use super::shop::strings::Strings;
use super::shop::templates;
use jiff::civil::Date;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Whether the folder holds a shop.
pub fn check(www: &Path) -> Result<(), DemoError> {
    for missing in ["templates/base.html", "strings/en.json", "assets/shop.css", "sample/catalog.csv"] {
        if !www.join(missing).is_file() {
            return Err(DemoError::Www { www: www.into(), missing });
        }
    }
    Ok(())
}

/// Where the sample's catalogue lies.
pub fn sample_catalog(www: &Path) -> PathBuf {
    www.join("sample/catalog.csv")
}

/// The sample's customers.
pub fn sample_customers(www: &Path) -> Result<Vec<Customer>, DemoError> {
    customers::read(&www.join("sample/customers.json"))
}

/// Our own shop. `popular`: product ids, most bought first.
pub fn sample(www: &Path, today: Date, currency: Currency, popular: Vec<String>) -> Result<Shop, DemoError> {
    Ok(Shop::open(Opening {
        catalog: Catalog::read(&sample_catalog(www))?,
        currency,
        strings: Strings::read(&www.join("strings"))?,
        templates: templates::environment(&www.join("templates")),
        customers: sample_customers(www)?,
        today,
        sample: true,
        popular,
        companions: companions(&bundles(www)?),
    }))
}

/// A shop over other products.
pub fn real(
    www: &Path,
    today: Date,
    currency: Currency,
    catalog: Catalog,
    customers: Vec<Customer>,
    popular: Vec<String>,
) -> Result<Shop, DemoError> {
    Ok(Shop::open(Opening {
        catalog,
        currency,
        strings: Strings::read(&www.join("strings"))?,
        templates: templates::environment(&www.join("templates")),
        customers,
        today,
        sample: false,
        popular,
        companions: HashMap::new(),
    }))
}

/// Two products of the sample that are bought together, and the chance that who buys the first takes the second.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// The product bought first.
    pub product: String,
    /// What goes with it.
    pub with: String,
    /// 0 to 1.
    pub chance: f64,
}

/// Reads `www/sample/bundles.csv`.
pub fn bundles(www: &Path) -> Result<Vec<Bundle>, DemoError> {
    let path = www.join("sample/bundles.csv");
    let mut reader = csv::Reader::from_path(&path).map_err(|source| DemoError::csv(&path, source))?;
    let rows = reader.deserialize::<(String, String, f64)>();
    let bundle = |row: Result<(String, String, f64), csv::Error>| {
        let (product, with, chance) = row.map_err(|source| DemoError::csv(&path, source))?;
        Ok(Bundle { product, with, chance })
    };
    rows.map(bundle).collect()
}

/// What goes with each product, both ways, likeliest first.
fn companions(bundles: &[Bundle]) -> HashMap<String, Vec<String>> {
    let mut sorted: Vec<&Bundle> = bundles.iter().collect();
    sorted.sort_by(|one, other| other.chance.total_cmp(&one.chance));
    let mut with: HashMap<String, Vec<String>> = HashMap::new();
    for Bundle { product, with: other, .. } in sorted {
        with.entry(product.clone()).or_default().push(other.clone());
        with.entry(other.clone()).or_default().push(product.clone());
    }
    with
}
