//! Paths into attributes: `cart.items.0.price`.

use crate::value::Value;
use std::borrow::Cow;

/// What stands at the end of names parted by dots, `null` where nothing does: as JavaScript finds an own
/// property, of lists also an index or `length`.
pub(super) fn find<'a>(root: &'a Value, path: &str) -> Cow<'a, Value> {
    let mut value = root;
    let mut rest = Some(path);
    while let Some(left) = rest {
        let (name, after) = match left.split_once('.') {
            Some((name, after)) => (name, Some(after)),
            None => (left, None),
        };
        rest = after;
        let inner = match value {
            Value::Array(items) if name == "length" && rest.is_none() => {
                return Cow::Owned(Value::Number(items.len() as f64));
            }
            Value::Array(items) => index(name).and_then(|index| items.get(index)),
            _ => value.get(name),
        };
        match inner {
            Some(inner) => value = inner,
            None => return Cow::Owned(Value::Null),
        }
    }
    Cow::Borrowed(value)
}

/// An index as JavaScript writes it: no sign, no leading nought.
fn index(name: &str) -> Option<usize> {
    let bytes = name.as_bytes();
    let plain = !bytes.is_empty() && bytes.len() < 10 && (bytes.len() == 1 || bytes[0] != b'0');
    let digit = |sum: usize, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + usize::from(byte - b'0'));
    if plain { bytes.iter().try_fold(0, digit) } else { None }
}
