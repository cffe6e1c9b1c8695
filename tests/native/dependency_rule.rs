//! Who may lean on whom: the rooms of `src/` and what each may use.
//!
//! The rule is read off the paths in the sources: `crate::<room>` names a room, and so does a `super::`
//! that climbs out of its own. Comments and texts do not count.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tanish_tests::repository;

/// Each room, and the rooms it may use. `page` and the crates may use every room and are not listed.
const RULE: [(&str, &[&str]); 7] = [
    ("visitor", &[]),
    ("model", &[]),
    ("event", &[]),
    ("score", &["visitor"]),
    ("recommend", &["model", "visitor", "score"]),
    ("offer", &["visitor", "score"]),
    ("shop", &["visitor", "model", "event", "score", "recommend", "offer"]),
];

/// What only `page` may touch: the browser, and everything a pure room must be handed as a value.
const IMPURE: [&str; 14] = [
    "wasm_bindgen",
    "web_sys",
    "js_sys",
    "serde_wasm_bindgen",
    "gloo",
    "std::net",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "thread_local!",
    "static mut",
];

struct Source {
    path: PathBuf,
    /// The room, or `None` for a leaf file directly under `src/`.
    room: Option<String>,
    code: String,
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let root = repository().join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let sources: Vec<Source> = files
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name != "lib.rs") || path.parent() != Some(&root))
        .map(|path| {
            let below = path.strip_prefix(&root).unwrap();
            let room = (below.components().count() > 1).then(|| below.components().next().unwrap());
            let room = room.map(|room| room.as_os_str().to_string_lossy().into_owned());
            let code = without_comments_and_texts(&std::fs::read_to_string(&path).unwrap());
            Source { room, code, path }
        })
        .collect();
    assert!(sources.len() > 10, "the sources were not found below {}", root.display());
    sources
}

/// The room names that a path in `code` reaches: the first name after every `crate::` and after every climb
/// by `super::`, and each first name of a group `crate::{a::x, b}`.
fn rooms_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    let squeezed: String =
        code.split_whitespace().collect::<Vec<_>>().join(" ").replace(":: ", "::").replace(" ::", "::");
    for prefix in ["crate::", "tanish::", "super::"] {
        for (at, _) in squeezed.match_indices(prefix) {
            let before = squeezed[..at].chars().next_back();
            let climbs = prefix == "super::" && before == Some(':');
            if climbs || before.is_none_or(|before| !is_name(before) && before != ':') {
                used.extend(heads(&squeezed[at + prefix.len()..]));
            }
        }
    }
    used
}

/// The first name of a path, or of each path in a group.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![path.chars().take_while(|char| is_name(*char)).collect()];
    };
    let (mut depth, mut names, mut name, mut open) = (0, Vec::new(), String::new(), true);
    for char in group.chars() {
        match char {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(std::mem::take(&mut name));
                open = true;
            }
            char if depth == 0 && open && is_name(char) => name.push(char),
            _ if depth == 0 && !name.is_empty() => open = false,
            _ => {}
        }
    }
    names.push(name);
    names
}

/// Whether `super::<name>` may mean a part of the room itself.
fn is_own_module(room: &str, name: &str) -> bool {
    let folder = repository().join("src").join(room);
    folder.join(format!("{name}.rs")).exists() || folder.join(name).exists()
}

fn is_name(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// Blanks out comments, texts and characters, line breaks kept.
fn without_comments_and_texts(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(char) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_text(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = hashes + 2;
            rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len())
        } else if char == '"' {
            text_length(rest, '"')
        } else if rest.starts_with("'\\") || (char == '\'' && rest.chars().nth(2) == Some('\'')) {
            text_length(rest, '\'')
        } else {
            let length = char.len_utf8();
            // `r` only opens a raw text where it starts a word.
            let word = rest.chars().take_while(|char| is_name(*char)).map(char::len_utf8).sum::<usize>();
            let length = if raw_text(&rest[length..]).is_some() { length } else { word.max(length) };
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        };
        out.extend(rest[..length].chars().filter(|char| *char == '\n'));
        out.push(' ');
        rest = &rest[length..];
    }
    out
}

fn raw_text(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.chars().take_while(|char| *char == '#').count();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn text_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if char == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[test]
fn rooms_lean_only_on_the_rooms_they_may() {
    let rule: BTreeMap<&str, &[&str]> = RULE.into_iter().collect();
    let mut broken = Vec::new();
    for source in sources() {
        let Some(room) = source.room.as_deref() else { continue };
        if room == "page" {
            continue;
        }
        let Some(allowed) = rule.get(room) else {
            broken.push(format!("{}: room `{room}` is not in the rule", source.path.display()));
            continue;
        };
        for used in rooms_used(&source.code) {
            let is_room = rule.contains_key(used.as_str()) || used == "page";
            if is_room && !is_own_module(room, &used) && used != room && !allowed.contains(&used.as_str()) {
                broken.push(format!("{}: `{room}` uses `{used}`", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn shared_leaf_files_use_no_room() {
    let rooms: Vec<&str> = RULE.iter().map(|(room, _)| *room).chain(["page"]).collect();
    for source in sources().into_iter().filter(|source| source.room.is_none()) {
        for used in rooms_used(&source.code) {
            assert!(!rooms.contains(&used.as_str()), "{} uses room `{used}`", source.path.display());
        }
    }
}

#[test]
fn pure_rooms_know_no_browser_no_clock_no_files_and_no_globals() {
    let mut broken = Vec::new();
    for source in sources().into_iter().filter(|source| source.room.as_deref() != Some("page")) {
        for word in IMPURE {
            let found = source.code.match_indices(word).any(|(at, _)| {
                let before = source.code[..at].chars().next_back();
                before.is_none_or(|before| !is_name(before))
            });
            if found {
                broken.push(format!("{} uses `{word}`", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn paths_are_read_as_the_compiler_reads_them() {
    let code = without_comments_and_texts(
        "use crate::visitor::{Id, history::{self, Entry}};\nuse crate::{model::{a, b}, score, time as t};\n\
         // use crate::page;\nlet a = \"crate::shop\"; let b = r#\"crate::event \"x\"\"#; let c = '\"';\n\
         mycrate::offer::x(); fn f() -> crate ::recommend::Kind { for_r(\"a\") }\n\
         use super::super::offer::x;",
    );
    assert_eq!(rooms_used(&code), ["visitor", "model", "score", "time", "recommend", "super", "offer"]);
}
