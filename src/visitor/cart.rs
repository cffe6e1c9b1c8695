//! The cart as events tell of it: how many pieces of what.

use super::history::MAX_TEXT;
use crate::time::{DAY, Millis};
use crate::value::Value;

/// Most lines kept; the oldest go first.
const MAX_LINES: usize = 50;
/// A cart that nobody touched for so long is forgotten.
const LIFE: Millis = 30 * DAY;

/// What lies in the cart, in the order it was put in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cart {
    lines: Vec<(String, f64)>,
    /// When it changed last.
    pub at: Millis,
}

impl Cart {
    /// The products in it, unless it was left long ago.
    pub fn products(&self, now: Millis) -> Vec<String> {
        let alive = self.at.saturating_add(LIFE) >= now;
        self.lines.iter().filter(|_| alive).map(|(id, _)| id.clone()).collect()
    }

    /// Puts pieces in, or with a negative number takes them out.
    pub fn add(&mut self, id: &str, pieces: f64, now: Millis) {
        self.at = now;
        match self.lines.iter_mut().find(|(known, _)| known == id) {
            Some((_, count)) => *count += pieces,
            None => self.lines.push((id.to_owned(), pieces)),
        }
        self.lines.retain(|(_, count)| *count > 0.0);
        let excess = self.lines.len().saturating_sub(MAX_LINES);
        self.lines.drain(..excess);
    }

    /// Empties it.
    pub fn clear(&mut self, now: Millis) {
        *self = Cart { lines: Vec::new(), at: now };
    }

    /// Of two tabs' carts the one that changed last stands; of two of one moment the greater, so all agree.
    pub fn merge(&mut self, other: &Cart) {
        if (other.at, &other.lines) > (self.at, &self.lines) {
            self.clone_from(other);
        }
    }

    /// As kept in the browser: `{at, lines: [[id, pieces] …]}`.
    pub fn to_value(&self) -> Value {
        let line = |(id, pieces): &(String, f64)| Value::Array(vec![id.as_str().into(), (*pieces).into()]);
        Value::object([
            ("at", self.at.into()),
            ("lines", Value::Array(self.lines.iter().map(line).collect())),
        ])
    }

    /// Reads what [`Cart::to_value`] wrote; damaged lines are left out.
    pub fn from_value(value: &Value) -> Cart {
        let mut cart = Cart::default();
        let at = value.number("at").filter(|at| *at >= 0.0).unwrap_or_default() as Millis;
        for line in value.get("lines").map(Value::items).unwrap_or_default() {
            let [id, pieces] = line.items() else { continue };
            if let Some((id, pieces)) =
                id.as_str().zip(pieces.as_f64()).filter(|(id, _)| id.len() <= MAX_TEXT)
            {
                cart.add(id, pieces, at);
            }
        }
        cart.at = at;
        cart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_and_go() {
        let mut cart = Cart::default();
        cart.add("tea", 2.0, 5);
        cart.add("pot", 1.0, 6);
        cart.add("tea", -1.0, 7);
        assert_eq!(cart.products(8), ["tea", "pot"]);
        assert_eq!(Cart::from_value(&cart.to_value()), cart);
        cart.add("tea", -1.0, 9);
        cart.add("cup", -1.0, 9);
        assert_eq!(cart.products(9), ["pot"]);
        assert!(cart.products(9 + LIFE + 1).is_empty());
        let mut other = Cart::default();
        other.clear(10);
        cart.merge(&other);
        assert!(cart.products(10).is_empty());
        for n in 0..100 {
            cart.add(&n.to_string(), 1.0, 11);
        }
        assert_eq!(cart.products(11).len(), MAX_LINES);
    }

    #[test]
    fn damage_costs_only_the_damaged_line() {
        let value: Value =
            serde_json::from_str(r#"{"at":3,"lines":[["a",1],["b"],[1,2],["c",-1],7]}"#).unwrap();
        assert_eq!(Cart::from_value(&value).products(3), ["a"]);
        assert_eq!(Cart::from_value(&Value::Null), Cart::default());
    }
}
