//! Why a product is shown, in words.

use crate::value::Value;

/// The reason for one product. The text names a product where its title is at hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Because {
    /// The visitor viewed this product.
    Viewed(String),
    /// The visitor put this product into the cart.
    InCart(String),
    /// The visitor bought this product.
    Bought(String),
    /// The visitor wished for this product.
    Wished(String),
    /// The visitor buys it again and again.
    BuysOften,
    /// The visitor bought it once.
    BoughtBefore,
    /// The visitor bought it and it is about time.
    Due,
    /// It is like this product.
    Like(String),
    /// It is bought together with this product.
    With(String),
    /// Many people buy it now.
    Popular,
    /// The visitor looked at it.
    Seen,
    /// It goes with all that is in the cart.
    WithCart,
    /// It came into the shop lately.
    New,
    /// Many people buy it in this place.
    PopularIn(String),
    /// Many people buy it in the visitor's circle or segment.
    PopularAmong,
    /// The shop put it there.
    Pinned,
    /// The shop's own words: a text, or one by language.
    Rule(Value),
}

/// Languages the library speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, also for every language not named here.
    #[default]
    English,
    /// Oʻzbekcha.
    Uzbek,
    /// Русский.
    Russian,
}

impl Language {
    /// Reads a BCP 47 tag: `uz-Latn-UZ`, `ru`, `EN` …
    pub fn parse(tag: &str) -> Language {
        match tag.split(['-', '_']).next().map(str::to_ascii_lowercase).as_deref() {
            Some("uz") => Language::Uzbek,
            Some("ru") => Language::Russian,
            _ => Language::English,
        }
    }
}

impl Because {
    /// A stable name for code.
    pub fn code(&self) -> &'static str {
        match self {
            Because::Viewed(_) => "viewed",
            Because::InCart(_) => "in-cart",
            Because::Bought(_) => "bought",
            Because::Wished(_) => "wished",
            Because::BuysOften => "buys-often",
            Because::BoughtBefore => "bought-before",
            Because::Due => "due",
            Because::Like(_) => "like",
            Because::With(_) => "with",
            Because::Popular => "popular",
            Because::Seen => "seen",
            Because::WithCart => "with-cart",
            Because::New => "new",
            Because::PopularIn(_) => "popular-in",
            Because::PopularAmong => "popular-among",
            Because::Pinned => "pinned",
            Because::Rule(_) => "rule",
        }
    }

    /// The product the reason names.
    pub fn product(&self) -> Option<&str> {
        match self {
            Because::Viewed(id)
            | Because::InCart(id)
            | Because::Bought(id)
            | Because::Wished(id)
            | Because::Like(id)
            | Because::With(id) => Some(id),
            _ => None,
        }
    }

    /// The reason in words; `title` is that of [`Because::product`], where known.
    pub fn text(&self, language: Language, title: Option<&str>) -> String {
        if let Because::Rule(words) = self {
            return spoken(words, language).to_owned();
        }
        let title = if let Because::PopularIn(place) = self { Some(place.as_str()) } else { title };
        let [english, uzbek, russian] = self.words(title.is_some());
        let pattern = match language {
            Language::English => english,
            Language::Uzbek => uzbek,
            Language::Russian => russian,
        };
        match (title, pattern.split_once('%')) {
            (Some(title), Some((before, after))) => [before, title, after].concat(),
            _ => pattern.to_owned(),
        }
    }

    /// English, Uzbek, Russian; `%` stands for the title.
    fn words(&self, titled: bool) -> [&'static str; 3] {
        match (self, titled) {
            (Because::Viewed(_), true) => ["Because you viewed %", "Siz koʻrgan: %", "Вы смотрели: %"],
            (Because::Viewed(_), false) => {
                ["Because of what you viewed", "Siz koʻrgan mahsulotlar asosida", "На основе просмотренного"]
            }
            (Because::InCart(_), true) => {
                ["Goes with % in your cart", "Savatingizdagi: %", "К товару в корзине: %"]
            }
            (Because::InCart(_), false) | (Because::WithCart, _) => {
                ["Goes with your cart", "Savatingizga mos", "К вашей корзине"]
            }
            (Because::Bought(_), true) => ["Because you bought %", "Siz xarid qilgan: %", "Вы покупали: %"],
            (Because::Bought(_), false) => {
                ["Because of what you bought", "Xaridlaringiz asosida", "На основе ваших покупок"]
            }
            (Because::Wished(_), true) => ["Because you wished for %", "Siz istagan: %", "Вы хотели: %"],
            (Because::Wished(_), false) => {
                ["Because of your wishes", "Istaklaringiz asosida", "По вашим желаниям"]
            }
            (Because::BuysOften, _) => {
                ["You buy this often", "Buni tez-tez olasiz", "Вы часто это покупаете"]
            }
            (Because::BoughtBefore, _) => ["You bought this", "Siz buni olgansiz", "Вы это покупали"],
            (Because::Due, _) => ["Time to buy it again", "Yana olish vaqti keldi", "Пора купить снова"],
            (Because::Like(_), true) => ["Like %", "Oʻxshash: %", "Похоже на: %"],
            (Because::Like(_), false) => ["Like this one", "Shunga oʻxshash", "Похожий товар"],
            (Because::With(_), true) => ["Bought together with %", "Birga olinadi: %", "Покупают вместе: %"],
            (Because::With(_), false) => ["Bought together", "Birga xarid qilinadi", "Покупают вместе"],
            (Because::Popular, _) => ["Popular now", "Hozir ommabop", "Сейчас популярно"],
            (Because::Seen, _) => ["You looked at this", "Siz buni koʻrgansiz", "Вы это смотрели"],
            (Because::New, _) => ["New in the shop", "Doʻkonda yangi", "Новинка"],
            (Because::PopularIn(_), _) => ["Popular in %", "Ommabop: %", "Популярно: %"],
            (Because::PopularAmong, _) => {
                ["Popular with people like you", "Sizga oʻxshaganlar tanlovi", "Выбор таких, как вы"]
            }
            (Because::Pinned | Because::Rule(_), _) => {
                ["Picked by the shop", "Doʻkon tavsiyasi", "Выбор магазина"]
            }
        }
    }
}

/// The shop's words in a language, else the first.
fn spoken(words: &Value, language: Language) -> &str {
    let all = words.members();
    let own = all.iter().find(|(tag, _)| Language::parse(tag) == language).or(all.first());
    words.as_str().or_else(|| own?.1.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_name_their_product_where_they_can() {
        let because = Because::Viewed("85123A".into());
        assert_eq!(because.text(Language::English, Some("Teapot")), "Because you viewed Teapot");
        assert_eq!(because.text(Language::parse("uz-Latn"), Some("Choynak")), "Siz koʻrgan: Choynak");
        assert_eq!(because.text(Language::parse("RU"), None), "На основе просмотренного");
        assert_eq!(Because::Popular.text(Language::parse("de"), None), "Popular now");
        let place = Because::PopularIn("Ташкент".into());
        assert_eq!(
            (place.text(Language::Russian, None).as_str(), place.product()),
            ("Популярно: Ташкент", None)
        );
    }

    #[test]
    fn a_shop_may_say_it_in_its_own_words() {
        let words = |json: &str| Because::Rule(serde_json::from_str(json).unwrap());
        let both = words(r#"{"uz":"Toshkentda tikilgan","en":"Made in Tashkent"}"#);
        assert_eq!(both.text(Language::English, None), "Made in Tashkent");
        assert_eq!(both.text(Language::Uzbek, None), "Toshkentda tikilgan");
        assert_eq!(both.text(Language::Russian, None), "Toshkentda tikilgan");
        assert_eq!(words(r#""Sale""#).text(Language::Russian, None), "Sale");
    }

    #[test]
    fn a_title_with_a_percent_sign_stays_whole() {
        assert_eq!(Because::Like("x".into()).text(Language::English, Some("100% wool")), "Like 100% wool");
    }
}
