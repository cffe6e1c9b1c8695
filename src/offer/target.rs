//! Which addresses an experiment runs on.

use super::host::{Address, Host, lower};
use crate::value::Value;

/// What stands for any text in a pattern, once it has gone through the address parser.
const ANY: &str = "_____";

/// Whether the address is targeted by `[{type, pattern, include}]`: matched by an including pattern, if there
/// are any, and by no excluding one.
pub(super) fn is_targeted(url: &str, targets: &[Value], host: &dyn Host) -> bool {
    let parsed = host.address(url, "https://_");
    let (mut including, mut included) = (false, false);
    for target in targets {
        let found = parsed.as_ref().is_some_and(|url| matches(target, url, host));
        if target.get("include") == Some(&Value::Bool(false)) {
            if found {
                return false;
            }
        } else {
            including = true;
            included |= found;
        }
    }
    !targets.is_empty() && (included || !including)
}

fn matches(target: &Value, url: &Address, host: &dyn Host) -> bool {
    let pattern = target.str("pattern").unwrap_or_default();
    match target.str("type") {
        Some("simple") => matches_simply(pattern, url, host),
        Some("regex") => {
            let below = url.href.get(url.origin.len()..).unwrap_or_default();
            host.matches(pattern, false, &url.href) || host.matches(pattern, false, below)
        }
        _ => false,
    }
}

fn matches_simply(pattern: &str, url: &Address, host: &dyn Host) -> bool {
    let mut whole = String::new();
    // A host without a scheme is meant as one.
    if pattern.split([':', '/', '?']).next().is_some_and(|head| head.contains('.')) {
        whole.push_str("https://");
    }
    for part in pattern.split_inclusive('*') {
        whole.push_str(part.strip_suffix('*').unwrap_or(part));
        if part.ends_with('*') {
            whole.push_str(ANY);
        }
    }
    let Some(expected) = host.address(&whole, "https://_____") else { return false };
    let like = |actual: &str, pattern: &str| {
        is_like(lower(actual, host).as_bytes(), lower(pattern, host).as_bytes())
    };
    // With or without the slash a path begins with, and the one it ends with.
    let bare = |path: &str| path.strip_suffix('/').unwrap_or(path).to_owned();
    let (actual, pattern) = (&url.path, bare(expected.path.strip_prefix('/').unwrap_or(&expected.path)));
    let start = actual.strip_prefix('/').unwrap_or(actual);
    let path = [actual, start].into_iter().any(|text| like(text, &pattern) || like(&bare(text), &pattern));
    let value = |name: &String| url.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
    path && like(&url.host, &expected.host)
        && (expected.hash.is_empty() || like(&url.hash, &expected.hash))
        && expected.query.iter().all(|(name, pattern)| like(value(name), pattern))
}

/// Whether the text is the pattern with any text in each gap.
fn is_like(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut place) = (0, 0);
    // Where the last gap ended, and how much text it has taken so far.
    let mut gap = None;
    loop {
        if pattern[place..].starts_with(ANY.as_bytes()) {
            place += ANY.len();
            gap = Some((place, at));
        } else if at == text.len() && place == pattern.len() {
            return true;
        } else if at < text.len() && pattern.get(place) == Some(&text[at]) {
            (at, place) = (at + 1, place + 1);
        } else {
            match gap {
                Some((after, taken)) if taken < text.len() => {
                    (place, at) = (after, taken + 1);
                    gap = Some((after, at));
                }
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_hold_any_text() {
        for (text, pattern, like) in [
            ("abc", "abc", true),
            ("abc", "ab", false),
            ("abc", "a_____", true),
            ("abc", "_____c", true),
            ("abc", "a_____c_____", true),
            ("abc", "a_____c_____c", false),
            ("aXbXc", "a_____b_____c", true),
            ("ab", "ab_____b", false),
            ("aab", "_____ab", true),
            ("", "_____", true),
        ] {
            assert_eq!(is_like(text.as_bytes(), pattern.as_bytes()), like, "{text} {pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_like_itself_with_parts_left_out(text in "[ab/]{0,12}", from in 0usize..12, to in 0usize..12) {
            let (from, to) = (from.min(text.len()), to.min(text.len()));
            if from <= to {
                let pattern = [&text[..from], ANY, &text[to..]].concat();
                prop_assert!(is_like(text.as_bytes(), pattern.as_bytes()), "{} {}", text, pattern);
            }
        }
    }
}
