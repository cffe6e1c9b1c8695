//! The cart: the shop's own cookie, so that it works without a line of script.

use super::catalog::{Catalog, encode};

/// Most lines a cart holds.
const MOST_LINES: usize = 40;
/// Most pieces of one line.
pub const MOST_PIECES: u32 = 20;

/// One line: a product in a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The product's id.
    pub product: String,
    /// The size chosen; empty where there is one.
    pub size: String,
    /// 1 to [`MOST_PIECES`].
    pub quantity: u32,
}

/// What the visitor is about to buy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart {
    /// In the order they were added.
    pub lines: Vec<Line>,
}

impl Cart {
    /// Reads the cookie's value. What the catalogue does not sell is left out.
    pub fn from_cookie(value: &str, catalog: &Catalog) -> Cart {
        let mut cart = Cart::default();
        for line in value.split('~').take(MOST_LINES) {
            let mut parts = line.split('!');
            let mut next = || {
                let part = percent_encoding::percent_decode_str(parts.next()?);
                part.decode_utf8().ok().map(std::borrow::Cow::into_owned)
            };
            if let (Some(product), Some(size), Some(Ok(quantity))) =
                (next(), next(), next().map(|n| n.parse()))
            {
                cart.add(catalog, &product, &size, quantity);
            }
        }
        cart
    }

    /// The cookie's value: ASCII letters, digits, `%`, `-`, `!` and `~`.
    pub fn to_cookie(&self) -> String {
        let line =
            |line: &Line| format!("{}!{}!{}", encode(&line.product), encode(&line.size), line.quantity);
        self.lines.iter().map(line).collect::<Vec<_>>().join("~")
    }

    /// Adds pieces of a product. Returns whether the product is sold, in that size, and there was room.
    pub fn add(&mut self, catalog: &Catalog, product: &str, size: &str, quantity: u32) -> bool {
        let Some(known) = catalog.get(product) else { return false };
        let fits = known.sizes.is_empty() && size.is_empty() || known.sizes.iter().any(|have| have == size);
        if !fits || quantity == 0 || !known.in_stock() {
            return false;
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.product == product && line.size == size) {
            line.quantity = line.quantity.saturating_add(quantity).min(MOST_PIECES);
            return true;
        }
        let room = self.lines.len() < MOST_LINES;
        if room {
            let quantity = quantity.min(MOST_PIECES);
            self.lines.push(Line { product: product.into(), size: size.into(), quantity });
        }
        room
    }

    /// Sets how many pieces a line has; 0 removes it.
    pub fn set(&mut self, product: &str, size: &str, quantity: u32) {
        for line in &mut self.lines {
            if line.product == product && line.size == size {
                line.quantity = quantity.min(MOST_PIECES);
            }
        }
        self.lines.retain(|line| line.quantity > 0);
    }

    /// Pieces in the cart.
    pub fn pieces(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// What it costs, in the shop's currency.
    pub fn total(&self, catalog: &Catalog) -> f64 {
        let price = |line: &Line| catalog.get(&line.product).map_or(0.0, |product| product.price);
        self.lines.iter().map(|line| price(line) * f64::from(line.quantity)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::shop::catalog::Product;

    fn shop() -> Catalog {
        let sizes = vec!["S".to_owned(), "42½".to_owned()];
        Catalog::new([
            Product { id: "AT-1".into(), sizes, price: 100.0, ..Product::default() },
            Product { id: "BANK CHARGES".into(), price: 2.5, ..Product::default() },
        ])
    }

    #[test]
    fn a_cart_survives_its_cookie() {
        let catalog = shop();
        let mut cart = Cart::default();
        assert!(cart.add(&catalog, "AT-1", "42½", 2));
        assert!(cart.add(&catalog, "BANK CHARGES", "", 1));
        assert!(cart.add(&catalog, "AT-1", "42½", 1));
        let cookie = cart.to_cookie();
        assert!(
            cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%-!~".contains(&byte)),
            "{cookie}"
        );
        assert_eq!(Cart::from_cookie(&cookie, &catalog), cart);
        assert_eq!((cart.pieces(), cart.total(&catalog)), (4, 302.5));
        cart.set("AT-1", "42½", 0);
        assert_eq!(cart.pieces(), 1);
    }

    #[test]
    fn what_is_not_sold_is_left_out() {
        let catalog = shop();
        for value in
            ["", "~", "AT-1!S", "AT-1!XL!1", "AT-1!S!-1", "AT-1!S!0", "nothing!!1", "%ff!!1", "AT-1!!1"]
        {
            assert_eq!(Cart::from_cookie(value, &catalog), Cart::default(), "{value}");
        }
        let many = Cart::from_cookie("AT-1!S!4000000000~AT-1!S!4000000000", &catalog);
        assert_eq!(many.pieces(), MOST_PIECES);
    }
}
