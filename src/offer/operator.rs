//! What an attribute must be: the operators of a condition's fields.

use super::condition::{Scope, Tri, all, any, ask, not};
use super::group;
use super::host::{lower, number_text};
use super::version;
use crate::value::Value;
use std::cmp::Ordering;

/// Whether the members are operators, not fields. An empty object has none, so it passes.
fn are_operators(members: &[(String, Value)]) -> bool {
    members.iter().all(|(name, _)| name.starts_with('$'))
}

/// Whether a value is what is expected: every operator of it, or this very content.
pub(super) fn check(expected: &Value, actual: &Value, scope: Scope) -> Tri {
    match expected {
        Value::Object(members) if are_operators(members) => {
            all(members, &|(name, expected)| operator(name, expected, actual, scope))
        }
        _ => Some(same_content(actual, expected)),
    }
}

fn operator(name: &str, expected: &Value, actual: &Value, scope: Scope) -> Tri {
    let turned = matches!(name, "$ne" | "$nin" | "$nini" | "$notRegex" | "$notRegexi" | "$notInGroup");
    let insensitive = matches!(name, "$ini" | "$nini" | "$alli" | "$regexi" | "$notRegexi");
    Some(match name {
        "$not" => return not(check(expected, actual, scope)),
        "$eq" | "$ne" => same(actual, expected) != turned,
        "$gt" | "$gte" | "$lt" | "$lte" => {
            compare(actual, expected).is_some_and(|order| fits(order, &name[1..]))
        }
        "$veq" | "$vne" | "$vgt" | "$vgte" | "$vlt" | "$vlte" => {
            let order = compare_versions(actual, expected, scope);
            order.map_or(name == "$vne", |order| fits(order, &name[2..]))
        }
        "$in" | "$nin" | "$ini" | "$nini" => match expected {
            Value::Array(members) => is_member(actual, members, insensitive, scope) != turned,
            _ => false,
        },
        "$regex" | "$regexi" | "$notRegex" | "$notRegexi" => {
            let found = match (expected, actual) {
                (Value::String(pattern), Value::String(text)) => {
                    scope.host.matches(pattern, insensitive, text)
                }
                _ => false,
            };
            found != turned
        }
        "$exists" => (*actual != Value::Null) == truthy(expected),
        "$type" => expected.as_str() == Some(type_name(actual)),
        "$inGroup" | "$notInGroup" => {
            let Value::String(id) = expected else { return Some(false) };
            return group::lists(id, actual, scope).map(|(found, listed)| listed && found != turned);
        }
        "$all" | "$alli" | "$size" | "$elemMatch" => match actual {
            Value::Array(items) => return of_list(name, expected, items, insensitive, scope),
            _ => false,
        },
        // These stand above attributes, not below them.
        "$and" | "$or" | "$nor" | "$savedGroup" | "$savedGroups" => false,
        _ => return None,
    })
}

fn of_list(name: &str, expected: &Value, items: &[Value], insensitive: bool, scope: Scope) -> Tri {
    match (name, expected) {
        ("$size", _) => check(expected, &Value::Number(items.len() as f64), scope),
        ("$elemMatch", Value::Object(members)) => {
            // Operators test the element itself; fields, and `$or` and its kin, test what is in it.
            let is_check = are_operators(members) && !members.iter().any(|(name, _)| of_condition(name));
            any(items, &|item| match item {
                Value::Null => Some(false),
                _ if is_check => check(expected, item, scope),
                _ => ask(expected, Scope { subject: item, ..scope }),
            })
        }
        ("$all" | "$alli", Value::Array(wanted)) => {
            let fits = |item: &Value, wanted: &Value| match (wanted, item) {
                (Value::String(_), Value::String(_)) => Some(same_text(item, wanted, insensitive, scope)),
                _ => check(wanted, item, scope),
            };
            all(wanted, &|wanted| any(items, &|item| fits(item, wanted)))
        }
        _ => Some(false),
    }
}

fn of_condition(name: &str) -> bool {
    matches!(name, "$and" | "$or" | "$nor" | "$savedGroup")
}

/// Whether an order is what the operator's name, without its `$`, asks for.
fn fits(order: Ordering, name: &str) -> bool {
    match name {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "lt" => order.is_lt(),
        _ => order.is_le(),
    }
}

/// `===`: numbers by value, nothing converted, lists and objects never the same.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    !matches!(a, Value::Array(_) | Value::Object(_)) && a == b
}

/// The same content, whatever the order of an object's members.
pub(super) fn same_content(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_content(a, b))
        }
        (Value::Object(a), Value::Object(members)) => {
            let has =
                |(name, value): &(String, Value)| b.get(name).is_some_and(|other| same_content(value, other));
            a.len() == members.len() && a.iter().all(has)
        }
        _ => same(a, b),
    }
}

/// Two numbers, or two texts; anything else has no order.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::String(a), Value::String(b)) => Some(version::order(a, b)),
        _ => None,
    }
}

fn compare_versions(a: &Value, b: &Value, scope: Scope) -> Option<Ordering> {
    let padded = |value: &Value| match value {
        Value::String(text) => version::padded(text),
        Value::Number(number) => version::padded(&number_text(*number, scope.host)),
        _ => String::new(),
    };
    let alike = matches!((a, b), (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)));
    alike.then(|| version::order(&padded(a), &padded(b)))
}

/// Whether a value, or one of a list's, is among the members.
pub(super) fn is_member(actual: &Value, members: &[Value], insensitive: bool, scope: Scope) -> bool {
    match actual {
        // Lists within lists are no one's member, so this ends.
        Value::Array(items) => items
            .iter()
            .any(|item| !matches!(item, Value::Array(_)) && is_member(item, members, insensitive, scope)),
        _ => members.iter().any(|member| same_text(actual, member, insensitive, scope)),
    }
}

fn same_text(a: &Value, b: &Value, insensitive: bool, scope: Scope) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) if insensitive => lower(a, scope.host) == lower(b, scope.host),
        _ => same(a, b),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What JavaScript takes for true.
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => *number != 0.0 && !number.is_nan(),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
