//! Recommendations without a page.

use super::wire::{from_js, to_js};
use crate::recommend::{Language, Library, Placements, Problems, Request, recommend, reorder};
use crate::shop::{items_to_value, places, read_query};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::HistoryEntry;
use crate::visitor::history::History;
use wasm_bindgen::prelude::*;

/// Recommendations without a page: the same code over the same files, in any runtime.
#[wasm_bindgen]
#[derive(Default)]
pub struct EngineCore {
    library: Library,
    placements: Placements,
}

#[wasm_bindgen]
impl EngineCore {
    /// An engine without files.
    #[wasm_bindgen(constructor)]
    pub fn new() -> EngineCore {
        EngineCore::default()
    }

    /// Takes `site.json`; returns what is wrong in it.
    pub fn site(&mut self, site: JsValue) -> JsValue {
        let mut problems = Problems::default();
        self.placements = Placements::read(from_js(&site).get("placements"), &mut problems);
        to_js(&Value::Array(problems.0.into_iter().map(Value::from).collect()))
    }

    /// Takes a file, or `undefined` for one that is not there; returns what is wrong with it.
    pub fn file(&mut self, name: &str, bytes: Option<Vec<u8>>) -> Option<String> {
        self.library.put(name, bytes).err().map(|error| error.to_string())
    }

    /// `{items}`, `{needs: [names]}` or `{error}`.
    pub fn recommend(&self, query: JsValue, now: f64) -> JsValue {
        let query = from_js(&query);
        let history = history_of(&query, now as Millis);
        let locale = query.str("language").unwrap_or_default();
        to_js(&match read_query(&query, &self.placements, now as Millis) {
            Err(problem) => Value::object([("error", problem.into())]),
            Ok(question) => match recommend(&question, history.entries(), &self.library) {
                Ok(items) => items_to_value(question.kind, &items, Language::parse(locale), locale),
                Err(needs) => needed(&needs),
            },
        })
    }

    /// `{places}` of the list `products` in a visitor's order, or `{needs: [names]}`.
    pub fn rank(&self, query: JsValue, now: f64) -> JsValue {
        let query = from_js(&query);
        let history = history_of(&query, now as Millis);
        let products = query.get("products").map(Value::items).unwrap_or_default();
        let order = reorder(products, history.entries(), now as Millis, &self.library);
        to_js(&if order.needs.is_empty() {
            Value::object([("places", places(order.places))])
        } else {
            needed(&order.needs)
        })
    }
}

fn history_of(query: &Value, now: Millis) -> History {
    let entries = query.get("history").map(Value::items).unwrap_or_default();
    let mut history = History::default();
    history.add(entries.iter().filter_map(HistoryEntry::from_value), now);
    history
}

fn needed(needs: &[Request]) -> Value {
    let names = needs.iter().map(|name| Value::from(name.to_string()));
    Value::object([("needs", Value::Array(names.collect()))])
}
