//! JavaScript's own ways, as the engine of campaigns asks for them.

use crate::offer::{Address, Host};
use js_sys::{Array, JsString, Number, RegExp};
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::Url;

#[wasm_bindgen]
extern "C" {
    /// `new RegExp(pattern, flags)`, which throws where the pattern is wrong.
    #[wasm_bindgen(js_name = RegExp)]
    type Pattern;

    #[wasm_bindgen(catch, constructor, js_class = "RegExp")]
    fn new(pattern: &str, flags: &str) -> Result<Pattern, JsValue>;
}

/// Patterns that are kept compiled.
const MAX_PATTERNS: usize = 256;

/// Whatever runs this module.
#[derive(Default)]
pub struct JsHost {
    patterns: RefCell<Vec<(String, bool, Option<RegExp>)>>,
}

impl Host for JsHost {
    fn matches(&self, pattern: &str, insensitive: bool, text: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        let known = patterns.iter().position(|(known, flag, _)| known == pattern && *flag == insensitive);
        let place = known.unwrap_or_else(|| {
            if patterns.len() >= MAX_PATTERNS {
                patterns.clear();
            }
            let compiled = Pattern::new(pattern, if insensitive { "i" } else { "" });
            let compiled = compiled.ok().map(|pattern| pattern.unchecked_into());
            patterns.push((pattern.to_owned(), insensitive, compiled));
            patterns.len() - 1
        });
        matches!(&patterns[place].2, Some(pattern) if pattern.test(text))
    }

    fn lower(&self, text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }

    fn number(&self, number: f64) -> String {
        Number::from(number).to_string_with_radix(10).map(String::from).unwrap_or_default()
    }

    fn address(&self, text: &str, base: &str) -> Option<Address> {
        let url = Url::new_with_base(text, base).ok()?;
        let pair = |pair: JsValue| {
            let pair = Array::from(&pair);
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        };
        Some(Address {
            href: url.href(),
            origin: url.origin(),
            host: url.host(),
            path: url.pathname(),
            hash: url.hash(),
            query: Array::from(&url.search_params()).iter().filter_map(pair).collect(),
        })
    }

    fn carry_query(&self, from: &str, to: &str) -> String {
        let (Some(from), Ok(url)) = (self.address(from, from), Url::new(to)) else { return to.to_owned() };
        let own = url.search_params();
        for (name, value) in from.query.iter().filter(|(name, _)| !own.has(name)).collect::<Vec<_>>() {
            own.set(name, value);
        }
        url.href()
    }
}
