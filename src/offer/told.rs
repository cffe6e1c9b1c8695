//! Builds the objects results are told in, by one small function a kind of member.

use crate::value::Value;

/// An object in the making.
#[derive(Default)]
pub(super) struct Told(Vec<(String, Value)>);

impl Told {
    #[inline(never)]
    pub fn put(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    #[inline(never)]
    pub fn text(&mut self, name: &str, text: &str) {
        self.put(name, Value::String(text.to_owned()));
    }

    #[inline(never)]
    pub fn truth(&mut self, name: &str, truth: bool) {
        self.put(name, Value::Bool(truth));
    }

    #[inline(never)]
    pub fn number(&mut self, name: &str, number: f64) {
        self.put(name, Value::Number(number));
    }

    #[inline(never)]
    pub fn copy(&mut self, name: &str, value: &Value) {
        self.put(name, value.clone());
    }

    /// The member, where there is one.
    #[inline(never)]
    pub fn copy_any(&mut self, name: &str, value: Option<&Value>) {
        if let Some(value) = value {
            self.copy(name, value);
        }
    }

    pub fn done(self) -> Value {
        Value::Object(self.0)
    }
}
