//! Saved groups: lists and conditions that many rules share.

use super::condition::{MAX_GROUP_DEPTH, MAX_GROUP_WORK, Scope, Tri, Within, ask};
use super::operator::is_member;
use super::path;
use crate::value::Value;

/// The attribute that says which remote groups the visitor is in.
pub const REMOTE_GROUPS: &str = "__gb_remoteGroupIds";

/// Whether the subject is in the group that `{id, attributeKey}` refers to.
pub(super) fn holds(reference: &Value, scope: Scope) -> Tri {
    let no = Some(false);
    let Some(id) = reference.str("id") else { return no };
    let own = match reference.get("attributeKey") {
        None => None,
        Some(Value::String(key)) => Some(key.as_str()),
        // The group's own attribute would be another population.
        Some(_) => return no,
    };
    let (Some(within), Some(group)) = (enter(id, scope), scope.groups.get(id)) else { return no };
    let key = group.str("attributeKey");
    let content = |name| group.get(name).unwrap_or(&Value::Null);
    Some(match group.str("type") {
        Some("list") => match (own.or(key), content("values")) {
            (Some(key), Value::Array(values)) => {
                is_member(&path::find(scope.subject, key), values, false, scope)
            }
            _ => false,
        },
        Some("condition") => match content("condition") {
            condition @ Value::Object(_) => return ask(condition, Scope { within: Some(&within), ..scope }),
            _ => false,
        },
        // Membership is worked out elsewhere and handed in with the attributes.
        Some("remote") => {
            let ids = scope.subject.get(REMOTE_GROUPS).map(Value::items).unwrap_or_default();
            (own.is_none() || own == key) && ids.iter().any(|inside| inside.as_str() == Some(id))
        }
        // A kind made after this engine.
        _ if matches!(group, Value::Object(_)) => return None,
        _ => false,
    })
}

/// Whether the value is on the group's list, and whether there is a list at all.
pub(super) fn lists(id: &str, actual: &Value, scope: Scope) -> Option<(bool, bool)> {
    let values = match scope.groups.get(id) {
        // A group nobody knows is an empty list.
        None => return Some((false, true)),
        Some(Value::Array(values)) => Some(values),
        Some(group @ Value::Object(_)) => match (group.str("type"), group.get("values")) {
            (Some("list"), Some(Value::Array(values))) => Some(values),
            (Some("list" | "condition" | "remote"), _) => None,
            _ => return None,
        },
        Some(_) => None,
    };
    Some(values.map_or((false, false), |values| (is_member(actual, values, false, scope), true)))
}

/// One group deeper, unless it is on the way already or too much was asked.
fn enter<'a>(id: &'a str, scope: Scope<'a>) -> Option<Within<'a>> {
    let spent = scope.work.groups.get();
    scope.work.groups.set((spent + 1).min(MAX_GROUP_WORK + 1));
    let mut outer = scope.within;
    let depth = outer.map_or(0, |within| within.depth + 1);
    if spent >= MAX_GROUP_WORK || depth >= MAX_GROUP_DEPTH {
        return None;
    }
    while let Some(within) = outer {
        if within.id == id {
            return None;
        }
        outer = within.outer;
    }
    Some(Within { id, depth, outer: scope.within })
}
