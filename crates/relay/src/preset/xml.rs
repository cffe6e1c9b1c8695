//! XML to and from values: an element is a field, repeated elements a list, `@name` an attribute, and
//! `#text` the text of an element that has attributes or children too.

use super::program::{plain, text};
use jaq_json::{Map, Val};
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};

/// Deepest nesting read or written.
const DEEPEST: usize = 64;

/// Writes an object with one field, the root.
///
/// # Errors
/// When the value is none, or a name is no XML name.
pub fn write(value: &Val) -> Result<String, String> {
    let Val::Obj(fields) = value else {
        return Err("XML needs an object with one field, the root".to_owned());
    };
    let mut roots = fields.iter();
    match (roots.next(), roots.next()) {
        (Some((name, value)), None) if !matches!(value, Val::Arr(_)) => {
            let mut out = String::new();
            element(&mut out, &plain(name).unwrap_or_default(), value, 0)?;
            Ok(out)
        }
        _ => Err("XML needs an object with one field, the root".to_owned()),
    }
}

fn element(out: &mut String, name: &str, value: &Val, depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Err("the XML is nested too deeply".to_owned());
    }
    if !is_name(name) {
        return Err(format!("{name:?} is no name of an XML element"));
    }
    match value {
        Val::Null => Ok(()),
        Val::Arr(items) => items.iter().try_for_each(|item| element(out, name, item, depth)),
        Val::Obj(fields) => {
            out.push('<');
            out.push_str(name);
            for (key, value) in fields.iter() {
                let key = plain(key).unwrap_or_default();
                if let Some(attribute) = key.strip_prefix('@') {
                    if !is_name(attribute) {
                        return Err(format!("{attribute:?} is no name of an XML attribute"));
                    }
                    out.push_str(&format!(" {attribute}=\"{}\"", written(value)?));
                }
            }
            out.push('>');
            for (key, value) in fields.iter() {
                let key = plain(key).unwrap_or_default();
                if key == "#text" {
                    out.push_str(&written(value)?);
                } else if !key.starts_with('@') {
                    element(out, &key, value, depth + 1)?;
                }
            }
            out.push_str(&format!("</{name}>"));
            Ok(())
        }
        value => {
            out.push_str(&format!("<{name}>{}</{name}>", written(value)?));
            Ok(())
        }
    }
}

/// Escaped, without the control characters XML has no way to write.
fn written(value: &Val) -> Result<String, String> {
    let text = plain(value).ok_or("the text of an XML element must be plain")?;
    let text: String =
        text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect();
    Ok(escape(text).into_owned())
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'))
}

struct Open {
    name: String,
    fields: Map<Val, Val>,
    text: String,
}

/// Reads a document.
///
/// # Errors
/// When it is not well-formed, or nested too deeply.
pub fn read(bytes: &[u8]) -> Result<Val, String> {
    let document = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut reader = Reader::from_str(document);
    let mut open = vec![Open { name: String::new(), fields: Map::default(), text: String::new() }];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err("the XML is nested too deeply".to_owned());
                }
                open.push(begin(&start)?);
            }
            Event::Empty(start) => {
                let child = begin(&start)?;
                close(&mut open, child);
            }
            Event::End(_) => {
                let child = open.pop().ok_or("an end without a start")?;
                close(&mut open, child);
            }
            Event::Text(text) => push_text(&mut open, &text),
            Event::CData(text) => push_text(&mut open, &text),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(letter)) => push_text(&mut open, letter.encode_utf8(&mut [0; 4])),
                _ => push_text(
                    &mut open,
                    quick_xml::escape::resolve_xml_entity(&reference).unwrap_or_default(),
                ),
            },
            Event::Eof => break,
            _ => {}
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(root), true) if root.fields.len() == 1 => Ok(Val::obj(root.fields)),
        _ => Err("is no XML document".to_owned()),
    }
}

fn push_text(open: &mut [Open], text: &str) {
    if let Some(last) = open.last_mut() {
        last.text.push_str(text);
    }
}

fn begin(start: &BytesStart<'_>) -> Result<Open, String> {
    let name = start.local_name().as_ref().to_owned();
    let mut fields = Map::default();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = format!("@{}", attribute.key.as_ref());
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?;
        fields.insert(text(key), text(value));
    }
    Ok(Open { name, fields, text: String::new() })
}

/// Adds a finished element to its parent: the second of a name makes a list.
fn close(open: &mut [Open], child: Open) {
    let trimmed = child.text.trim().to_owned();
    let value = if child.fields.is_empty() {
        text(trimmed)
    } else {
        let mut fields = child.fields;
        if !trimmed.is_empty() {
            fields.insert(text("#text"), text(trimmed));
        }
        Val::obj(fields)
    };
    let Some(parent) = open.last_mut() else { return };
    let key = text(child.name);
    let joined = match parent.fields.swap_remove(&key) {
        None => value,
        Some(Val::Arr(items)) => {
            let mut items = std::sync::Arc::unwrap_or_clone(items);
            items.push(value);
            Val::Arr(items.into())
        }
        Some(first) => Val::Arr(vec![first, value].into()),
    };
    parent.fields.insert(key, joined);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::program::{json, parse};
    use proptest::prelude::*;

    #[test]
    fn values_go_out_and_come_back() {
        let text = r#"{"Request":{"@version":"1","Contact":[{"Email":"a&b@c"},{"Email":"<d>"}],"Note":"x"}}"#;
        let written = write(&parse(text.as_bytes()).unwrap()).unwrap();
        assert_eq!(
            written,
            "<Request version=\"1\"><Contact><Email>a&amp;b@c</Email></Contact>\
             <Contact><Email>&lt;d&gt;</Email></Contact><Note>x</Note></Request>"
        );
        assert_eq!(json(&read(written.as_bytes()).unwrap()), text);
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for text in ["[1]", "{}", r#"{"a":1,"b":2}"#, r#"{"a b":1}"#, r#"{"a":{"@x y":1}}"#, r#"{"a":[1,2]}"#]
        {
            assert!(write(&parse(text.as_bytes()).unwrap()).is_err(), "{text}");
        }
        for text in ["", "<a>", "<a></b>", "text", "</a>"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read("<a>".repeat(10_000).as_bytes()).unwrap_err().contains("deep"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_document_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn any_text_comes_back(value in "[ -~а-яЎҳ<>&\"']{1,40}") {
            let trimmed = value.trim();
            prop_assume!(!trimmed.is_empty());
            let written = write(&crate::preset::program::object([("a", text(value.as_str()))])).unwrap();
            prop_assert_eq!(read(written.as_bytes()).unwrap(), crate::preset::program::object([("a", text(trimmed))]));
        }
    }
}
