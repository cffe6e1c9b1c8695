//! Catalogue rows: CSV, TSV (Google Merchant Center's among them), JSON lines, Parquet; XML items come
//! here too.

use super::super::cell::{self, Fault};
use super::super::columns::{ColumnNames, shown};
use super::super::record::{Record, Sink, plain_name};
use super::super::report::{Problem, ReadReport};
use super::{Catalog, Product, words};
use crate::TrainError;
use tanish::model::safe_url;

/// Longest title kept, in characters.
const MAX_TITLE: usize = 300;
/// Longest address kept, in bytes.
const MAX_URL: usize = 2048;

/// Our columns, with the names they may have: ours first, then Google Merchant Center's and others.
pub(crate) const COLUMNS: [(&str, &[&str]); 25] = [
    ("id", &["product_id", "sku"]),
    ("title", &["name"]),
    ("price", &[]),
    ("sale_price", &[]),
    ("sale_price_effective_date", &[]),
    ("url", &["link", "product_url"]),
    ("image", &["image_link", "image_url", "picture"]),
    ("stock", &["quantity", "inventory"]),
    ("availability", &["in_stock"]),
    ("added", &["created_at", "date_added", "published_at"]),
    ("description", &[]),
    ("group", &["item_group_id"]),
    ("size_stock", &["sizes_stock", "stock_by_size"]),
    ("margin", &[]),
    ("cost", &["cost_of_goods_sold", "cost_per_item", "cogs", "unit_cost"]),
    ("brand", &["vendor"]),
    ("category", &["product_type", "categories", "google_product_category"]),
    ("color", &["colour", "colors"]),
    ("size", &["sizes"]),
    ("material", &[]),
    ("gender", &[]),
    ("pattern", &[]),
    ("season", &[]),
    ("style", &[]),
    ("collection", &[]),
];
/// Where the attributes begin in [`COLUMNS`].
const ATTRIBUTES: usize = 15;

/// Reads the rows of one catalogue file.
pub(crate) struct ProductRows<'a> {
    pub file: &'a str,
    pub report: &'a mut ReadReport,
    pub catalog: &'a mut Catalog,
    columns: &'a ColumnNames,
    names: Vec<Vec<String>>,
    found: Vec<Vec<usize>>,
    /// Columns of titles in further languages: language, column.
    languages: Vec<(String, usize)>,
    seen: Vec<String>,
}

impl<'a> ProductRows<'a> {
    pub fn new(
        columns: &'a ColumnNames,
        file: &'a str,
        report: &'a mut ReadReport,
        catalog: &'a mut Catalog,
    ) -> ProductRows<'a> {
        let names = COLUMNS.iter().map(|(ours, others)| match columns.theirs(ours) {
            Some(theirs) => vec![plain_name(theirs)],
            None => [*ours].into_iter().chain(others.iter().copied()).map(plain_name).collect(),
        });
        let names: Vec<Vec<String>> = names.collect();
        let found = vec![Vec::new(); names.len()];
        ProductRows { file, report, catalog, columns, names, found, languages: Vec::new(), seen: Vec::new() }
    }

    /// Adds a product that was put together elsewhere.
    pub fn add(&mut self, line: u64, product: Product) {
        self.report.rows += 1;
        self.catalog.add(product, self.file, line, self.report);
    }

    /// An address, unless it could run script.
    pub fn address(&mut self, line: u64, url: &str) -> Option<String> {
        let url = url.trim();
        if url.len() <= MAX_URL && safe_url(url) {
            return (!url.is_empty()).then(|| url.to_owned());
        }
        let reason = || format!("{:?} is neither http(s) nor relative, or too long", cell::clip(url));
        self.report.mended.entry(Problem::BadAddress).or_default().add(self.file, line, reason);
        None
    }

    /// A value that may be missing: what is wrong with it is counted, the row stays.
    pub fn lenient<T>(&mut self, line: u64, value: Option<Result<T, Fault>>) -> Option<T> {
        match value? {
            Ok(value) => Some(value),
            Err((_, reason)) => {
                self.report.mended.entry(Problem::BadValue).or_default().add(self.file, line, || reason);
                None
            }
        }
    }

    /// An error when a file had columns but none for the id.
    pub fn check_columns(&self) -> Result<(), TrainError> {
        self.columns.all_there("--catalog-columns", self.file, &self.seen, |_| true)?;
        if self.seen.is_empty() || !self.found[0].is_empty() {
            return Ok(());
        }
        Err(TrainError::MissingColumn {
            file: self.file.to_owned(),
            missing: "id".into(),
            found: shown(&self.seen),
            mend: "say which is which by --catalog-columns id=THEIR_NAME,…".into(),
        })
    }

    fn update(&mut self, columns: &[String]) {
        if columns.len() == self.seen.len() {
            return;
        }
        self.seen = columns.to_vec();
        let plain: Vec<String> = columns.iter().map(|column| plain_name(column)).collect();
        for (names, found) in self.names.iter().zip(&mut self.found) {
            *found = names.iter().filter_map(|name| plain.iter().position(|column| column == name)).collect();
        }
        let language = |(number, column): (usize, &String)| {
            let tag = column.to_ascii_lowercase().strip_prefix("title_")?.replace('_', "-");
            let is_tag =
                (2..=11).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            is_tag.then_some((tag, number))
        };
        self.languages = columns.iter().enumerate().filter_map(language).collect();
    }

    fn get<'r>(&self, name: &str, record: &'r Record) -> Option<&'r str> {
        let at = COLUMNS.iter().position(|(ours, _)| *ours == name)?;
        self.found[at].iter().find_map(|&column| record.get(column))
    }

    fn product(&mut self, record: &Record) -> Result<Product, Fault> {
        let line = record.line;
        let id = self.get("id", record).ok_or((Problem::NoProduct, "no id".to_owned()))?;
        let id = cell::id(id)?.to_owned();
        let title = self.get("title", record);
        let titles = self
            .languages
            .iter()
            .filter_map(|(language, column)| Some((language.clone(), clipped(record.get(*column)?))));
        let titles: std::collections::BTreeMap<String, String> = titles.collect();
        let title =
            title.map(clipped).or_else(|| titles.values().next().cloned()).unwrap_or_else(|| id.clone());
        let price = self.lenient(line, self.get("price", record).map(cell::price));
        let sale = self.sale(record).filter(|sale| price.is_none_or(|price| *sale < price));
        let (price, list_price) = (sale.or(price), sale.and(price));
        let url = self.get("url", record).and_then(|url| self.address(line, url));
        let image = self.get("image", record).and_then(|url| self.address(line, url));
        let added = self.lenient(line, self.get("added", record).map(cell::timestamp));
        let mut attributes = self.attributes(record);
        let by_size = self.get("size_stock", record).map(words::by_size);
        let by_size = self.lenient(line, by_size).unwrap_or_default();
        let sold_out = words::sold_out(&by_size);
        let total = by_size.iter().map(|(_, pieces)| *pieces).reduce(u32::saturating_add);
        if !by_size.is_empty() {
            attributes.insert("size".into(), by_size.into_iter().map(|(size, _)| size).collect());
        }
        Ok(Product {
            stock: self.stock(record).or(total),
            attributes,
            list_price,
            sold_out,
            margin: self.margin(record, price),
            margin_place: None,
            description: self.get("description", record).unwrap_or_default().to_owned(),
            group: self.get("group", record).map(str::to_owned),
            added: added.and_then(|at| u64::try_from(at).ok()),
            id,
            title,
            titles,
            price,
            url,
            image,
            aliases: Vec::new(),
        })
    }

    /// The sale price, unless it is for certain days only, which a file without a clock cannot follow.
    fn sale(&mut self, record: &Record) -> Option<f64> {
        let limited = self.get("sale_price_effective_date", record).is_some();
        let sale = self.get("sale_price", record).filter(|_| !limited).map(cell::price);
        self.lenient(record.line, sale)
    }

    /// The margin as given (`35%` is 0.35), else from the cost.
    fn margin(&mut self, record: &Record, price: Option<f64>) -> Option<f64> {
        let given = self.get("margin", record).map(|text| match text.trim().strip_suffix('%') {
            Some(percent) => cell::number(percent.trim()).map(|percent| percent / 100.0),
            None => cell::number(text.trim()),
        });
        if given.is_some() {
            return self.lenient(record.line, given);
        }
        let cost = self.get("cost", record).map(cell::price);
        let (cost, price) = self.lenient(record.line, cost).zip(price.filter(|price| *price > 0.0))?;
        Some(1.0 - cost / price)
    }

    fn stock(&mut self, record: &Record) -> Option<u32> {
        let read = |text: Option<&str>| {
            text.map(|text| {
                words::stock(text)
                    .map_err(|()| (Problem::BadValue, format!("{:?} is no stock", cell::clip(text))))
            })
        };
        let pieces = self.lenient(record.line, read(self.get("stock", record))).flatten();
        let available = self.lenient(record.line, read(self.get("availability", record))).flatten();
        if available == Some(0) { available } else { pieces.or(available) }
    }

    fn attributes(&self, record: &Record) -> std::collections::BTreeMap<String, Vec<String>> {
        let all = COLUMNS[ATTRIBUTES..].iter().zip(&self.found[ATTRIBUTES..]);
        all.filter_map(|((name, _), columns)| {
            let texts = columns.iter().filter_map(|&column| record.get(column));
            // Google's own categories may be bare numbers, which say nothing to anybody.
            let mut texts =
                texts.filter(|text| *name != "category" || !text.bytes().all(|b| b.is_ascii_digit()));
            let values = words::values(name, texts.next()?);
            (!values.is_empty()).then(|| ((*name).to_owned(), values))
        })
        .collect()
    }
}

/// A title of bearable length.
pub(crate) fn clipped(title: &str) -> String {
    title.char_indices().nth(MAX_TITLE).map_or(title, |(end, _)| &title[..end]).to_owned()
}

impl Sink for ProductRows<'_> {
    fn row(&mut self, columns: &[String], record: &Record) {
        self.update(columns);
        match self.product(record) {
            Ok(product) => self.add(record.line, product),
            Err((problem, reason)) => self.fault(record.line, problem, reason),
        }
    }

    fn fault(&mut self, line: u64, problem: Problem, reason: String) {
        self.report.rows += 1;
        self.report.bad.entry(problem).or_default().add(self.file, line, || reason);
    }
}
