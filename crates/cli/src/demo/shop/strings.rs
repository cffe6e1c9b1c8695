//! The shop's words in every language, from `www/strings/`.

use super::lang::Lang;
use crate::demo::error::DemoError;
use serde_json::{Map, Value};
use std::path::Path;

/// The words of all languages.
#[derive(Debug)]
pub struct Strings {
    words: [Map<String, Value>; 3],
}

impl Strings {
    /// Reads `en.json`, `uz.json` and `ru.json`.
    pub fn read(folder: &Path) -> Result<Strings, DemoError> {
        let read = |lang: Lang| {
            let path = folder.join(format!("{}.json", lang.code()));
            let text = std::fs::read_to_string(&path).map_err(|source| DemoError::File {
                path: path.clone(),
                verb: "read",
                source,
            })?;
            serde_json::from_str(&text).map_err(|source| DemoError::Json { path, source })
        };
        Ok(Strings { words: [read(Lang::En)?, read(Lang::Uz)?, read(Lang::Ru)?] })
    }

    /// Every word of a language: sentences by key, and groups of them.
    pub fn all(&self, lang: Lang) -> &Map<String, Value> {
        &self.words[lang as usize]
    }

    /// A sentence; its key when there is none.
    pub fn say<'a>(&'a self, lang: Lang, key: &'a str) -> &'a str {
        self.all(lang).get(key).and_then(Value::as_str).unwrap_or(key)
    }

    /// A sentence of a group (`category`, `color`, `crm`); its name when there is none.
    pub fn label<'a>(&'a self, lang: Lang, group: &str, name: &'a str) -> &'a str {
        self.all(lang).get(group).and_then(|group| group.get(name)).and_then(Value::as_str).unwrap_or(name)
    }

    /// A whole group; null when there is none.
    pub fn group(&self, lang: Lang, group: &str) -> Value {
        self.all(lang).get(group).cloned().unwrap_or(Value::Null)
    }
}

/// A sentence with its `{places}` filled; a place without a value stays as it is.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known = after.split_once('}').and_then(|(name, tail)| {
            let value = values.iter().find(|(place, _)| *place == name)?;
            Some((value.1, tail))
        });
        match known {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::tests::www;
    use std::collections::BTreeSet;

    fn keys(value: &Value, path: &str, out: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                map.iter().for_each(|(key, value)| keys(value, &format!("{path}.{key}"), out))
            }
            _ => {
                out.insert(path.to_owned());
            }
        }
    }

    /// The places of a sentence: `{n}`, `{query}` …
    fn places(value: &str) -> BTreeSet<&str> {
        value.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_language_says_everything_with_the_same_places() {
        let strings = Strings::read(&www().join("strings")).unwrap();
        let mut english = BTreeSet::new();
        keys(&Value::Object(strings.all(Lang::En).clone()), "", &mut english);
        assert!(english.len() > 100);
        for lang in [Lang::Uz, Lang::Ru] {
            let mut other = BTreeSet::new();
            keys(&Value::Object(strings.all(lang).clone()), "", &mut other);
            assert_eq!(english, other, "{lang:?}");
            for key in &english {
                let pointer = key.replace('.', "/");
                let of = |lang| match strings.all(lang).get(&key[1..]) {
                    Some(Value::String(text)) => text.clone(),
                    _ => Value::Object(strings.all(lang).clone())
                        .pointer(&pointer)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned(),
                };
                assert!(!of(lang).is_empty(), "{key} is empty in {lang:?}");
                assert_eq!(places(&of(Lang::En)), places(&of(lang)), "{key} in {lang:?}");
            }
        }
    }

    #[test]
    fn places_are_filled_once_and_never_from_values() {
        assert_eq!(fill("{a} {b} {c}", &[("a", "{b}"), ("b", "2")]), "{b} 2 {c}");
        assert_eq!(fill("{ {a", &[("a", "1")]), "{ {a");
        assert_eq!(fill("", &[]), "");
    }
}
