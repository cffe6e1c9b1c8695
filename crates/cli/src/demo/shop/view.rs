//! What templates and scripts see of products, carts and orders.

use super::cart::Cart;
use super::catalog::{Product, slugify};
use super::crm::Contact;
use super::lang::Lang;
use super::state::Shop;
use super::strings::fill;
use serde::Serialize;
use serde_json::{Value, json};

/// New in the shop for so many days.
const NEW_DAYS: i32 = 30;
/// Fewer pieces than this are counted out loud.
const FEW: u32 = 5;

/// A product on a shelf.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    id: String,
    url: String,
    title: String,
    price: String,
    image: String,
    badge: Option<String>,
}

/// A product on its own page.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    #[serde(flatten)]
    card: Card,
    brand: String,
    color: String,
    color_code: String,
    sizes: Vec<String>,
    size: String,
    available: bool,
    stock: String,
}

/// A line of a cart or an order.
#[derive(Clone, Debug, Serialize)]
pub struct LineView {
    id: String,
    url: String,
    title: String,
    image: String,
    size: String,
    quantity: u32,
    price: String,
    sum: String,
}

/// Templates read these by their fields.
macro_rules! for_templates {
    ($($name:ty),*) => {
        $(impl From<$name> for minijinja::Value {
            fn from(view: $name) -> minijinja::Value {
                minijinja::Value::from(minijinja::value::Serde(view))
            }
        })*
    };
}

for_templates!(Card, Sheet, LineView, Contact);

impl Shop {
    /// A product as a card.
    pub fn card(&self, product: &Product, lang: Lang) -> Card {
        let fresh = product
            .added
            .is_some_and(|added| (self.today - added).get_days() <= NEW_DAYS && added <= self.today);
        let badge = match (product.in_stock(), fresh) {
            (false, _) => Some("badge_out"),
            (true, true) => Some("badge_new"),
            (true, false) => None,
        };
        Card {
            id: product.id.clone(),
            url: product.url(),
            title: product.title(lang).to_owned(),
            price: self.currency.format(product.price, lang),
            image: product.image.clone(),
            badge: badge.map(|key| self.strings.say(lang, key).to_owned()),
        }
    }

    /// Products as cards.
    pub fn cards<'a>(&self, products: impl IntoIterator<Item = &'a Product>, lang: Lang) -> Vec<Card> {
        products.into_iter().map(|product| self.card(product, lang)).collect()
    }

    /// A product as its own page shows it.
    pub fn sheet(&self, product: &Product, lang: Lang) -> Sheet {
        let stock = match product.stock {
            Some(0) => self.strings.say(lang, "badge_out").to_owned(),
            Some(left) if left < FEW => fill(self.strings.say(lang, "few_left"), &[("n", &left.to_string())]),
            _ => self.strings.say(lang, "in_stock").to_owned(),
        };
        Sheet {
            card: self.card(product, lang),
            brand: product.brand.clone(),
            color: product
                .colors
                .iter()
                .map(|color| self.strings.label(lang, "color", color))
                .collect::<Vec<_>>()
                .join(" / "),
            color_code: slugify(product.color()),
            sizes: product.sizes.clone(),
            size: product.sizes.get(product.sizes.len() / 2).cloned().unwrap_or_default(),
            available: product.in_stock(),
            stock,
        }
    }

    /// A line; `None` when the product is not sold any more.
    pub fn line(
        &self,
        id: &str,
        size: &str,
        quantity: u32,
        price: Option<f64>,
        lang: Lang,
    ) -> Option<LineView> {
        let product = self.catalog.get(id)?;
        let price = price.unwrap_or(product.price);
        Some(LineView {
            id: id.to_owned(),
            url: product.url(),
            title: product.title(lang).to_owned(),
            image: product.image.clone(),
            size: size.to_owned(),
            quantity,
            price: self.currency.format(price, lang),
            sum: self.currency.format(price * f64::from(quantity), lang),
        })
    }

    /// The lines of a cart.
    pub fn lines(&self, cart: &Cart, lang: Lang) -> Vec<LineView> {
        cart.lines
            .iter()
            .filter_map(|line| self.line(&line.product, &line.size, line.quantity, None, lang))
            .collect()
    }

    /// A product in an event, in Segment's names.
    pub fn event_product(&self, product: &Product) -> Value {
        let mut value = json!({
            "product_id": product.id, "name": product.titles[0], "price": product.price,
            "currency": self.currency.code(), "url": product.url(), "image_url": product.image,
        });
        for (key, text) in [
            ("brand", product.brand.clone()),
            ("color", product.color().to_owned()),
            ("category", product.category.join("/")),
        ] {
            if !text.is_empty() {
                value[key] = text.into();
            }
        }
        value
    }

    /// A cart's products in an event.
    pub fn event_products(&self, cart: &Cart) -> Vec<Value> {
        let value = |line: &super::cart::Line| {
            let mut value = self.event_product(self.catalog.get(&line.product)?);
            value["quantity"] = line.quantity.into();
            if !line.size.is_empty() {
                value["variant"] = line.size.clone().into();
                value["size"] = line.size.clone().into();
            }
            Some(value)
        };
        cart.lines.iter().filter_map(value).collect()
    }
}
