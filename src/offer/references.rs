//! Which saved groups a payload still needs, and which of them may be made smaller.

use super::prune::Pruner;
use crate::value::Value;

/// A group that is named, and whether it is asked of the visitor: not so within `$elemMatch`, where it is
/// asked of an element, and within a prerequisite, where it is asked of another feature's value.
type Named = (String, bool);

/// The groups that the given values lead to, with decided parts gone where that is safe.
pub(super) fn keep_groups(roots: &[&Value], saved: &Value, pruner: &Pruner) -> Value {
    let mut first = Vec::new();
    for root in roots {
        collect(root, saved, true, &mut first);
    }
    let untouched = as_written(&first, saved);
    let mut kept = Value::Object(Vec::new());
    let mut pending: Vec<String> = first.into_iter().map(|(id, _)| id).collect();
    while let Some(id) = pending.pop() {
        let Some(group) = saved.get(&id).filter(|_| kept.get(&id).is_none()) else { continue };
        let mut group = group.clone();
        // What a group in a circle comes to depends on where the circle was entered.
        let reducible = !untouched.contains(&id) && !is_circular(&id, saved);
        if let Some(condition) = reducible.then(|| pruner.group(&id)).flatten() {
            group.set("condition", condition);
        }
        pending.extend(inside(&group, saved).into_iter().map(|(id, _)| id));
        kept.set(&id, group);
    }
    kept
}

/// Any text that is a group's id counts: so operators made later are heeded too.
fn collect(value: &Value, saved: &Value, of_visitor: bool, found: &mut Vec<Named>) {
    match value {
        Value::String(id) if saved.get(id).is_some() => found.push((id.clone(), of_visitor)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, saved, of_visitor, found)),
        Value::Object(members) => {
            for (name, item) in members {
                let still = of_visitor && name != "$elemMatch" && name != "parentConditions";
                collect(item, saved, still, found);
            }
        }
        _ => {}
    }
}

/// The groups a group names. A list's values are values, never groups.
fn inside(group: &Value, saved: &Value) -> Vec<Named> {
    let mut found = Vec::new();
    if matches!(group, Value::Object(_)) && group.str("type") != Some("list") {
        collect(group, saved, true, &mut found);
    }
    found
}

/// The groups that are asked of something else than the visitor, and all they lead to.
fn as_written(first: &[Named], saved: &Value) -> Vec<String> {
    let (mut untouched, mut seen): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut pending = first.to_vec();
    while let Some((id, of_visitor)) = pending.pop() {
        if untouched.contains(&id) || (of_visitor && seen.contains(&id)) {
            continue;
        }
        if let Some(group) = saved.get(&id) {
            pending.extend(inside(group, saved).into_iter().map(|(id, own)| (id, own && of_visitor)));
        }
        if of_visitor { &mut seen } else { &mut untouched }.push(id);
    }
    untouched
}

/// Whether a group leads back to itself.
fn is_circular(id: &str, saved: &Value) -> bool {
    let mut seen: Vec<String> = Vec::new();
    let mut pending = vec![id.to_owned()];
    while let Some(next) = pending.pop() {
        for (named, _) in saved.get(&next).map(|group| inside(group, saved)).unwrap_or_default() {
            if named == id {
                return true;
            }
            if !seen.contains(&named) {
                seen.push(named.clone());
                pending.push(named);
            }
        }
    }
    false
}
