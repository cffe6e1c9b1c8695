//! One event, as far as a report is made of it.

use std::borrow::Cow;

/// A value: text, or a number that was one in the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Value<'a> {
    #[default]
    None,
    Text(Cow<'a, str>),
    Number(f64),
}

impl Value<'_> {
    /// As an id or a word.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::None => None,
            Value::Text(text) => Some(Cow::Borrowed(text.trim())).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
        }
    }

    /// As a number within what a shop can mean by one.
    pub fn number(&self) -> Option<f64> {
        let number = match self {
            Value::None => None,
            Value::Text(text) => tanish_train::input::cell::number(text.trim()).ok(),
            Value::Number(number) => Some(*number),
        };
        number.filter(|number| number.abs() <= 1e12)
    }
}

macro_rules! keys {
    ($($key:ident = $($name:literal)|+),+ $(,)?) => {
        /// What an event can say. Names are compared without case, blanks, `_` and `-`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Key { $($key),+ }

        impl Key {
            pub const COUNT: usize = [$(Key::$key),+].len();

            /// The key of a plain name.
            pub fn of(name: &str) -> Option<Key> {
                match name {
                    $($($name)|+ => Some(Key::$key),)+
                    _ => None,
                }
            }
        }
    };
}

keys! {
    Kind = "type",
    Name = "event" | "eventname",
    Message = "messageid",
    Visitor = "anonymousid" | "visitorid",
    Customer = "userid" | "customerid",
    At = "timestamp",
    Original = "originaltimestamp",
    Sent = "sentat",
    Received = "receivedat",
    Session = "sessionid",
    Locale = "locale",
    Country = "country",
    Search = "search",
    Url = "url",
    Path = "path",
    Referrer = "referrer",
    Source = "source" | "utmsource",
    Medium = "medium" | "utmmedium",
    Campaign = "campaign" | "utmcampaign" | "campaignname",
    Action = "action",
    Experiment = "experimentid",
    Variation = "variationid",
    Offer = "offer",
    Promotion = "promotionid",
    List = "listid",
    Position = "position",
    Product = "productid",
    Order = "orderid",
    Revenue = "revenue",
    Total = "total",
    Worth = "value",
    Subtotal = "subtotal",
    Coupon = "coupon",
    Price = "price",
    Quantity = "quantity",
    Title = "title",
    Survey = "surveyid",
    SurveyKind = "kind" | "survey" | "surveytype" | "questiontype",
    Score = "score",
    Rating = "rating",
    Answer = "answer",
    Permission = "permission" | "purpose",
    Channel = "channel",
    Query = "query" | "wish" | "text",
    Ticket = "ticketid" | "caseid" | "complaintid",
    Holdout = "holdout",
}

/// Longest name that is compared; none of ours is as long.
const LONGEST_NAME: usize = 32;

/// Compares a name as [`Key::of`] wants it: without case, blanks, `_` and `-`. Every member of every event
/// comes by here, so nothing is allocated.
pub(super) fn plainly<T>(name: &str, compare: impl FnOnce(&str) -> T) -> T {
    let mut plain = [0; LONGEST_NAME];
    let mut length = 0;
    for byte in name.bytes().filter(|byte| !matches!(byte, b'_' | b'-' | b' ')) {
        // A name so long or foreign is none of ours, whatever is made of it.
        if length == LONGEST_NAME || !byte.is_ascii() {
            return compare("");
        }
        plain[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    compare(std::str::from_utf8(&plain[..length]).unwrap_or_default())
}

/// One product of an event.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Product<'a> {
    pub id: Value<'a>,
    pub quantity: Value<'a>,
    pub price: Value<'a>,
    pub position: Value<'a>,
    pub title: Value<'a>,
}

impl<'a> Product<'a> {
    pub fn set(&mut self, name: &str, value: Value<'a>) {
        match name {
            "productid" => self.id = value,
            "quantity" => self.quantity = value,
            "price" => self.price = value,
            "position" => self.position = value,
            "name" | "title" => self.title = value,
            _ => {}
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Product::default()
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event<'a> {
    values: [Value<'a>; Key::COUNT],
    pub products: Vec<Product<'a>>,
    /// A `name` among the properties: of the product, the survey, the campaign.
    pub property_name: Value<'a>,
}

impl Default for Event<'_> {
    fn default() -> Self {
        Event {
            values: [const { Value::None }; Key::COUNT],
            products: Vec::new(),
            property_name: Value::None,
        }
    }
}

impl<'a> Event<'a> {
    /// Sets a value; the first one stands, as the outer members come before those of `properties`.
    pub fn set(&mut self, key: Key, value: Value<'a>) {
        let free = &mut self.values[key as usize];
        if *free == Value::None {
            *free = value;
        }
    }

    pub fn get(&self, key: Key) -> &Value<'a> {
        &self.values[key as usize]
    }

    pub fn text(&self, key: Key) -> Option<Cow<'_, str>> {
        self.get(key).text()
    }

    pub fn number(&self, key: Key) -> Option<f64> {
        self.get(key).number()
    }
}
