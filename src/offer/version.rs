//! Version numbers, made into texts that sort as versions do.

use std::cmp::Ordering;

/// A version as a text: numbers padded to five places, a release after its pre-releases.
pub fn padded(version: &str) -> String {
    let version = if version.is_empty() { "0" } else { version };
    let version = version.strip_prefix('v').unwrap_or(version);
    let version = version.split('+').next().unwrap_or_default();
    let mut parts: Vec<&str> = version.split(['-', '.']).collect();
    if parts.len() == 3 {
        parts.push("~");
    }
    let mut text = String::new();
    for (place, part) in parts.into_iter().enumerate() {
        if place > 0 {
            text.push('-');
        }
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            (part.len()..5).for_each(|_| text.push(' '));
        }
        text.push_str(part);
    }
    text
}

/// The order JavaScript gives two texts: by UTF-16 code units.
pub fn order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}
