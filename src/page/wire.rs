//! Values over the border.
//!
//! By hand over js-sys: through serde-wasm-bindgen the same two functions cost the module about ten
//! kilobytes of brotli more, most of it the printing of numbers in error texts nobody sees.

use crate::value::{MAX_DEPTH, Value};
use js_sys::{Array, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Reads a plain JavaScript value; what is none (a function, a symbol), and what is nested past
/// [`MAX_DEPTH`] levels, is `null`.
pub fn from_js(value: &JsValue) -> Value {
    read(value, MAX_DEPTH)
}

fn read(value: &JsValue, depth: u8) -> Value {
    if let Some(number) = value.as_f64() {
        return Value::Number(number);
    }
    if let Some(truth) = value.as_bool() {
        return Value::Bool(truth);
    }
    if let Some(text) = value.dyn_ref::<JsString>() {
        return Value::String(String::from(text));
    }
    let Some(depth) = depth.checked_sub(1) else { return Value::Null };
    if let Some(list) = value.dyn_ref::<Array>() {
        return Value::Array(list.iter().map(|item| read(&item, depth)).collect());
    }
    if !value.is_object() {
        return Value::Null;
    }
    let names = Object::keys(value.unchecked_ref::<Object>());
    let member = |name: JsValue| {
        let inner = Reflect::get(value, &name).unwrap_or(JsValue::UNDEFINED);
        Some((name.as_string()?, read(&inner, depth)))
    };
    Value::Object(names.iter().filter_map(member).collect())
}

/// Makes a plain JavaScript value.
pub fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(truth) => JsValue::from_bool(*truth),
        Value::Number(number) => JsValue::from_f64(*number),
        Value::String(text) => JsValue::from_str(text),
        Value::Array(items) => items.iter().map(to_js).collect::<Array>().into(),
        Value::Object(members) => {
            let object = Object::new();
            // Setting `__proto__` would change what the object is.
            for (name, value) in members.iter().filter(|(name, _)| name != "__proto__") {
                let _ = Reflect::set(&object, &JsValue::from_str(name), &to_js(value));
            }
            object.into()
        }
    }
}

/// The texts of a list.
pub fn texts(value: &Value) -> Vec<String> {
    value.items().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
