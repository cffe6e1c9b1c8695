//! What a card shows: the catalogue's side of a product.

use super::{FileKind, ModelError, decode, encode};
use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// One product, as a card shows it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Card {
    /// The shop's id.
    pub id: String,
    /// Title in the catalogue's first language.
    pub title: String,
    /// Titles in further languages: language tag, title.
    pub titles: Vec<(String, String)>,
    /// Price in the shop's currency, where known; finite and not negative.
    pub price: Option<f64>,
    /// Page of the product: `http(s)` or relative.
    pub url: Option<String>,
    /// Picture of the product: `http(s)` or relative.
    pub image: Option<String>,
    /// Pieces in stock, where known.
    pub stock: Option<u32>,
    /// When it came into the catalogue, where known.
    pub added: Option<Millis>,
    /// Attributes: name (`brand`, `category`, `color`, `size` …), values.
    pub attributes: Vec<(String, Vec<String>)>,
    /// Price before the present sale, where there is one; finite and not negative.
    pub list_price: Option<f64>,
    /// Of the values of the attribute `size`, those that are sold out.
    pub sold_out: Vec<String>,
    /// Where the margin lies among [`super::CatalogEntry::margin_cuts`], as [`super::position_among`]
    /// counts; the margin itself is nowhere in the files.
    pub margin: Option<u8>,
}

impl Card {
    /// The title in `language` (`uz`, `ru-RU` …), else in the catalogue's first language.
    pub fn title_in(&self, language: &str) -> &str {
        let tag = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let wanted = tag(language);
        self.titles
            .iter()
            .find(|(language, _)| tag(language) == wanted)
            .map_or(&self.title, |(_, title)| title)
    }

    /// Whether it can be sold now: stock unknown counts as yes.
    pub fn available(&self) -> bool {
        self.stock != Some(0)
    }

    /// The values of an attribute.
    pub fn attribute(&self, name: &str) -> &[String] {
        self.attributes.iter().find(|(key, _)| key == name).map_or(&[], |(_, values)| values)
    }

    fn check(&self) -> Result<(), ModelError> {
        let safe = [&self.url, &self.image].into_iter().flatten().all(|url| safe_url(url));
        let mut prices = [self.price, self.list_price].into_iter().flatten();
        let priced = prices.all(|price| price.is_finite() && price >= 0.0);
        match (safe, priced) {
            (true, true) => Ok(()),
            (false, _) => Err(ModelError::Damaged("a card's address is neither http(s) nor relative")),
            _ => Err(ModelError::Damaged("a card's price is not a price")),
        }
    }
}

/// Whether an address is `http`, `https` or relative: nothing that can run script.
///
/// Browsers drop tabs, newlines and leading controls before they read a scheme, so those are refused.
pub fn safe_url(url: &str) -> bool {
    if url.chars().any(|c| c.is_control()) || url.starts_with(char::is_whitespace) {
        return false;
    }
    // By bytes: cutting text brings the printing of its errors into the module, two kilobytes of it.
    let bytes = url.as_bytes();
    let end = bytes.iter().position(|byte| matches!(byte, b':' | b'/' | b'?' | b'#'));
    match end.filter(|&at| bytes[at] == b':') {
        None => true,
        Some(at) => bytes[..at].eq_ignore_ascii_case(b"http") || bytes[..at].eq_ignore_ascii_case(b"https"),
    }
}

/// The cards of consecutive product numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CardShard {
    /// The cards; which number the first has follows from the shard's own.
    pub cards: Vec<Card>,
}

impl CardShard {
    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, ModelError> {
        encode(FileKind::Cards, self)
    }

    /// Reads and checks the file.
    pub fn decode(bytes: &[u8]) -> Result<CardShard, ModelError> {
        let shard: CardShard = decode(FileKind::Cards, bytes)?;
        shard.cards.iter().try_for_each(Card::check)?;
        Ok(shard)
    }
}

/// The cards of the most popular products, with their numbers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TopCards {
    /// Number and card, most popular first.
    pub cards: Vec<(u32, Card)>,
}

impl TopCards {
    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, ModelError> {
        encode(FileKind::TopCards, self)
    }

    /// Reads and checks the file.
    pub fn decode(bytes: &[u8]) -> Result<TopCards, ModelError> {
        let top: TopCards = decode(FileKind::TopCards, bytes)?;
        top.cards.iter().try_for_each(|(_, card)| card.check())?;
        Ok(top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn titles_fall_back() {
        let card = Card {
            title: "Belt".into(),
            titles: vec![("uz".into(), "Kamar".into()), ("ru-RU".into(), "Ремень".into())],
            ..Card::default()
        };
        assert_eq!(card.title_in("uz-Latn"), "Kamar");
        assert_eq!(card.title_in("ru"), "Ремень");
        assert_eq!(card.title_in("de"), "Belt");
    }

    #[test]
    fn addresses_that_could_run_script_are_refused() {
        for url in
            ["/p/1", "p/1?a=b:c", "#x", "https://shop.uz/p", "HTTP://shop.uz", "//cdn.shop.uz/a.png", ""]
        {
            assert!(safe_url(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            " javascript:x",
            "java\tscript:x",
            "data:text/html,x",
            "\u{1}javascript:x",
            "vbscript:x",
            "blob:x",
        ] {
            assert!(!safe_url(url), "{url}");
            let shard = CardShard { cards: vec![Card { url: Some(url.into()), ..Card::default() }] };
            assert!(CardShard::decode(&shard.encode().unwrap()).is_err(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_value_or_an_error(body: Vec<u8>) {
            for kind in [FileKind::Cards, FileKind::TopCards] {
                let mut bytes = super::super::file::header(kind);
                bytes.extend(&body);
                let _ = CardShard::decode(&bytes);
                let _ = TopCards::decode(&bytes);
            }
        }
    }
}
