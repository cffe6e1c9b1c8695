//! Shopify's `products.json`: `{"products": [{id, title, handle, variants: […], …}, …]}`.

use super::super::cell;
use super::super::record::Sink;
use super::super::report::Problem;
use super::guard::Guard;
use super::rows::clipped;
use super::{Product, ProductRows, words};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;
use std::rc::Rc;

/// Most bytes of one product, or of whatever stands beside the list of products: some two thousand variants.
const MAX_PRODUCT: usize = 4 << 20;

/// Reads all products, one at a time; a place in the report is the product's place in the list.
pub(super) fn read(input: Box<dyn BufRead>, rows: &mut ProductRows<'_>) {
    let guard = Guard::new(input, MAX_PRODUCT);
    let left = guard.left.clone();
    let mut document = serde_json::Deserializer::from_reader(guard);
    let mut count = 0;
    let mut found = false;
    let read = (&mut document).deserialize_map(Document { rows, left, count: &mut count, found: &mut found });
    match read {
        Err(error) => rows.fault(count + 1, Problem::BrokenOff, format!("the rest cannot be read: {error}")),
        Ok(()) if !found => {
            rows.fault(1, Problem::BrokenRow, "no \"products\" list: is this Shopify's products.json?".into())
        }
        Ok(()) => {}
    }
}

struct Document<'a, 'b> {
    rows: &'a mut ProductRows<'b>,
    left: Rc<Cell<usize>>,
    count: &'a mut u64,
    found: &'a mut bool,
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of products")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "products" {
                *self.found = true;
                map.next_value_seed(List {
                    rows: &mut *self.rows,
                    left: self.left.clone(),
                    count: &mut *self.count,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct List<'a, 'b> {
    rows: &'a mut ProductRows<'b>,
    /// Bytes the product at hand may still have.
    left: Rc<Cell<usize>>,
    count: &'a mut u64,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of products")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            self.left.set(MAX_PRODUCT);
            let Some(value) = list.next_element::<Value>()? else { return Ok(()) };
            *self.count += 1;
            match Given::deserialize(&value) {
                Ok(given) => take(self.rows, *self.count, given),
                Err(error) => {
                    self.rows.fault(*self.count, Problem::BrokenRow, format!("not a product: {error}"))
                }
            }
        }
    }
}

/// A product as Shopify gives it; ids may be numbers or text.
#[derive(Deserialize)]
struct Given {
    id: Value,
    title: Option<String>,
    handle: Option<String>,
    body_html: Option<String>,
    vendor: Option<String>,
    product_type: Option<String>,
    created_at: Option<String>,
    published_at: Option<String>,
    #[serde(default)]
    tags: Value,
    #[serde(default)]
    variants: Vec<Variant>,
    #[serde(default)]
    images: Vec<Image>,
    image: Option<Image>,
    #[serde(default)]
    options: Vec<OptionNames>,
}

#[derive(Deserialize)]
struct Variant {
    #[serde(default)]
    id: Value,
    title: Option<String>,
    sku: Option<String>,
    #[serde(default)]
    price: Value,
    available: Option<bool>,
    inventory_quantity: Option<i64>,
    compare_at_price: Option<Value>,
    option1: Option<String>,
    option2: Option<String>,
    option3: Option<String>,
}

#[derive(Deserialize)]
struct Image {
    src: Option<String>,
}

#[derive(Deserialize)]
struct OptionNames {
    name: String,
    #[serde(default)]
    values: Vec<String>,
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn take(rows: &mut ProductRows<'_>, place: u64, given: Given) {
    let Some(id) = text(&given.id) else {
        return rows.fault(place, Problem::NoProduct, "no id".into());
    };
    let id = match cell::id(&id) {
        Ok(id) => id.to_owned(),
        Err((problem, reason)) => return rows.fault(place, problem, reason),
    };
    let some_sellable = given.variants.iter().any(sellable);
    let (mut price, mut list_price): (Option<f64>, Option<f64>) = (None, None);
    for variant in given.variants.iter().filter(|variant| !some_sellable || sellable(variant)) {
        let this = rows.lenient(place, text(&variant.price).map(|text| cell::price(&text)));
        let before = variant.compare_at_price.as_ref().and_then(text);
        let before = rows.lenient(place, before.map(|text| cell::price(&text)));
        if this.is_some_and(|this| price.is_none_or(|price| this < price)) {
            (price, list_price) = (this, before.filter(|before| this < Some(*before)));
        }
    }
    let image = given.image.iter().chain(&given.images).find_map(|image| image.src.clone());
    let image = image.and_then(|src| rows.address(place, &src));
    let url = given.handle.as_deref().and_then(|handle| rows.address(place, &format!("/products/{handle}")));
    let added = given.published_at.as_deref().or(given.created_at.as_deref());
    let added = rows.lenient(place, added.map(cell::timestamp)).and_then(|at| u64::try_from(at).ok());
    let title = given.title.as_deref().map_or_else(|| id.clone(), clipped);
    let product = Product {
        stock: stock(&given.variants),
        attributes: attributes(&given),
        sold_out: sold_out(&given),
        list_price,
        margin: None,
        margin_place: None,
        aliases: aliases(&given, &title),
        description: given.body_html.as_deref().map(without_tags).unwrap_or_default(),
        id,
        title,
        titles: BTreeMap::new(),
        price,
        url,
        image,
        added,
        group: None,
    };
    rows.add(place, product);
}

/// Pieces over all variants where each says so, else whether any can be had.
fn stock(variants: &[Variant]) -> Option<u32> {
    let pieces: Option<i64> =
        variants.iter().map(|variant| variant.inventory_quantity.map(|n| n.clamp(0, 1 << 30))).sum();
    let none = !variants.is_empty() && variants.iter().all(|variant| variant.available == Some(false));
    match pieces {
        _ if none => Some(0),
        Some(pieces) if !variants.is_empty() => Some(u32::try_from(pieces).unwrap_or(u32::MAX)),
        _ => None,
    }
}

fn sellable(variant: &Variant) -> bool {
    variant.available != Some(false) && variant.inventory_quantity != Some(0)
}

/// The sizes no variant of which can be had.
fn sold_out(given: &Given) -> Vec<String> {
    let named = |option: &OptionNames| matches!(option.name.to_lowercase().as_str(), "size" | "sizes");
    let Some(at) = given.options.iter().position(named) else { return Vec::new() };
    let size = |variant: &'_ Variant| -> Option<String> {
        [&variant.option1, &variant.option2, &variant.option3].into_iter().nth(at)?.clone()
    };
    let left: Vec<String> =
        given.variants.iter().filter(|variant| sellable(variant)).filter_map(size).collect();
    let mut gone: Vec<String> =
        given.variants.iter().filter_map(size).filter(|size| !left.contains(size)).collect();
    gone.sort_unstable();
    gone.dedup();
    gone
}

fn attributes(given: &Given) -> BTreeMap<String, Vec<String>> {
    let tags = match &given.tags {
        Value::String(tags) => tags.replace(',', "|"),
        Value::Array(tags) => tags.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("|"),
        _ => String::new(),
    };
    let named = |name: &str, text: &str| (name.to_owned(), words::values(name, text));
    let mut attributes = BTreeMap::from([
        named("brand", given.vendor.as_deref().unwrap_or_default()),
        named("category", given.product_type.as_deref().unwrap_or_default()),
        named("tag", &tags),
    ]);
    for option in given.options.iter().filter(|option| option.name != "Title") {
        let name = match option.name.to_lowercase().as_str() {
            "colour" | "color" => "color".to_owned(),
            "sizes" => "size".to_owned(),
            other => other.to_owned(),
        };
        attributes.insert(name, words::values("", &option.values.join("|")));
    }
    attributes.retain(|name, values| !values.is_empty() && name.len() <= 40);
    attributes
}

/// Order exports name a product by a variant's SKU, or by its title with the variant's.
fn aliases(given: &Given, title: &str) -> Vec<String> {
    let of_variant = |variant: &Variant| {
        let titled = variant.title.as_deref().map(|variant| format!("{title} - {variant}"));
        [text(&variant.id), variant.sku.clone(), titled].into_iter().flatten()
    };
    let own = [given.handle.clone(), Some(title.to_owned())].into_iter().flatten();
    own.chain(given.variants.iter().flat_map(of_variant)).filter(|alias| !alias.trim().is_empty()).collect()
}

/// The words of a description, without markup.
fn without_tags(html: &str) -> String {
    let mut inside = false;
    html.chars()
        .map(|c| match c {
            '<' => (inside = true, ' ').1,
            '>' => (inside = false, ' ').1,
            c if inside => (c, ' ').1,
            c => c,
        })
        .collect()
}
