//! Events from lines of JSON, without building a tree of what nobody asks for.
//!
//! A member of the wrong type is as good as absent: one careless field must not cost the event.

use super::event::{Event, Key, Product, Value, plainly};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Most products taken from one event.
pub(super) const MOST_PRODUCTS: usize = 1000;

/// Where in an event a member stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    Properties,
    Context,
    Page,
    Campaign,
    Other,
}

/// Reads one line.
pub(crate) fn event<'a>(line: &'a str, event: &mut Event<'a>) -> Result<(), serde_json::Error> {
    let mut from = serde_json::Deserializer::from_str(line);
    Members { place: Place::Top, event }.deserialize(&mut from)?;
    from.end()
}

/// Reads the text of a column that holds the `properties` or the `context` of an event, as far as it is JSON.
pub(crate) fn members<'a>(text: &'a str, of: &str, event: &mut Event<'a>) {
    let place = if of == "context" { Place::Context } else { Place::Properties };
    let mut from = serde_json::Deserializer::from_str(text);
    // What stands before a fault was read and is as good as ever.
    let _ = (Members { place, event }).deserialize(&mut from);
}

struct Members<'e, 'a> {
    place: Place,
    event: &'e mut Event<'a>,
}

impl<'a> DeserializeSeed<'a> for Members<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        // Only a whole line must be an object; elsewhere anything may stand.
        if self.place == Place::Top { from.deserialize_map(self) } else { from.deserialize_any(self) }
    }
}

macro_rules! ignores {
    ($($name:ident: $type:ty),+) => {
        $(fn $name<E: Error>(self, _: $type) -> Result<Self::Value, E> { Ok(Default::default()) })+
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> { Ok(Default::default()) }
    };
}

impl<'a> Visitor<'a> for Members<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(Name(name)) = map.next_key_seed(NameSeed)? {
            let inner = match (self.place, &*name) {
                (Place::Top, "properties") => Some(Place::Properties),
                (Place::Top, "context") => Some(Place::Context),
                (Place::Context, "page") => Some(Place::Page),
                (Place::Context, "campaign") => Some(Place::Campaign),
                (Place::Context, "location") => Some(Place::Other),
                _ => None,
            };
            if let Some(place) = inner {
                map.next_value_seed(Members { place, event: &mut *self.event })?;
            } else if self.place == Place::Properties && name == "products" {
                map.next_value_seed(Products(&mut self.event.products))?;
            } else if self.place == Place::Properties && name == "name" {
                self.event.property_name = map.next_value_seed(Plain)?;
            } else {
                match key(self.place, &name) {
                    Some(key) => {
                        let value = map.next_value_seed(Plain)?;
                        self.event.set(key, value);
                    }
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    ignores!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
}

fn key(place: Place, name: &str) -> Option<Key> {
    let of = |name: &str| match (place, name) {
        (Place::Campaign, "name") => Some(Key::Campaign),
        (Place::Campaign, "source") => Some(Key::Source),
        (Place::Campaign, "medium") => Some(Key::Medium),
        (Place::Campaign, _) | (Place::Page, "title") => None,
        // A product's list price, an experiment's value … have nothing to do with where the visit came from.
        (Place::Properties, "source" | "medium" | "search" | "url" | "path" | "type" | "event") => None,
        (Place::Other, name) => Key::of(name).filter(|key| *key == Key::Country),
        (_, name) => Key::of(name),
    };
    plainly(name, of)
}

/// The name of a member.
struct Name<'a>(Cow<'a, str>);
struct NameSeed;

impl<'a> DeserializeSeed<'a> for NameSeed {
    type Value = Name<'a>;
    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<Name<'a>, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for NameSeed {
    type Value = Name<'a>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Name<'a>, E> {
        Ok(Name(Cow::Borrowed(text)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Name<'a>, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }
}

/// A plain value; objects and lists are none.
struct Plain;

impl<'a> DeserializeSeed<'a> for Plain {
    type Value = Value<'a>;
    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<Value<'a>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Plain {
    type Value = Value<'a>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_borrowed_str<E: Error>(self, text: &'a str) -> Result<Value<'a>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Value<'a>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value<'a>, E> {
        Ok(Value::Text(Cow::Borrowed(if value { "true" } else { "false" })))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value<'a>, E> {
        Ok(whole(i128::from(value)))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value<'a>, E> {
        Ok(whole(i128::from(value)))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value<'a>, E> {
        Ok(Value::Number(value))
    }
    fn visit_unit<E: Error>(self) -> Result<Value<'a>, E> {
        Ok(Value::None)
    }
    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Value<'a>, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::None)
    }
    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<Value<'a>, S::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::None)
    }
}

/// An id may be a number past what a double holds.
fn whole<'a>(value: i128) -> Value<'a> {
    if value.unsigned_abs() <= 1 << 53 {
        Value::Number(value as f64)
    } else {
        Value::Text(Cow::Owned(value.to_string()))
    }
}

struct Products<'e, 'a>(&'e mut Vec<Product<'a>>);

impl<'a> DeserializeSeed<'a> for Products<'_, 'a> {
    type Value = ();
    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Products<'_, 'a> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of products")
    }
    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<(), S::Error> {
        while let Some(product) = list.next_element_seed(OneProduct)? {
            if self.0.len() < MOST_PRODUCTS && !product.is_empty() {
                self.0.push(product);
            }
        }
        Ok(())
    }
    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
    ignores!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
}

struct OneProduct;

impl<'a> DeserializeSeed<'a> for OneProduct {
    type Value = Product<'a>;
    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<Product<'a>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for OneProduct {
    type Value = Product<'a>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a product")
    }
    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Product<'a>, M::Error> {
        let mut product = Product::default();
        while let Some(Name(name)) = map.next_key_seed(NameSeed)? {
            let value = map.next_value_seed(Plain)?;
            plainly(&name, |name| product.set(name, value));
        }
        Ok(product)
    }
    /// A product may be told by its id alone.
    fn visit_borrowed_str<E: Error>(self, id: &'a str) -> Result<Product<'a>, E> {
        Ok(Product { id: Value::Text(Cow::Borrowed(id)), ..Product::default() })
    }
    fn visit_str<E: Error>(self, id: &str) -> Result<Product<'a>, E> {
        Ok(Product { id: Value::Text(Cow::Owned(id.to_owned())), ..Product::default() })
    }
    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<Product<'a>, S::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Product::default())
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Product<'a>, E> {
        Ok(Product::default())
    }
    fn visit_i64<E: Error>(self, id: i64) -> Result<Product<'a>, E> {
        Ok(Product { id: whole(id.into()), ..Product::default() })
    }
    fn visit_u64<E: Error>(self, id: u64) -> Result<Product<'a>, E> {
        Ok(Product { id: whole(id.into()), ..Product::default() })
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Product<'a>, E> {
        Ok(Product::default())
    }
    fn visit_unit<E: Error>(self) -> Result<Product<'a>, E> {
        Ok(Product::default())
    }
}
