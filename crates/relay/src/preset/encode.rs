//! Values to bodies, and answers to values.

use super::program::{cut, json, object, parse, plain, text};
use super::template::escape;
use super::xml;
use jaq_json::Val;

/// The form of a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// JSON text.
    #[default]
    Json,
    /// A form: an object whose values are plain, lists of plain values, or `{"xml": …}` for a field of XML.
    Form,
    /// XML: an object with the root element as its one field.
    Xml,
}

impl Encoding {
    /// Its media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Encoding::Json => "application/json",
            Encoding::Form => "application/x-www-form-urlencoded",
            Encoding::Xml => "application/xml",
        }
    }

    /// Writes a body.
    ///
    /// # Errors
    /// When the value has no such form, in words.
    pub fn write(self, value: &Val) -> Result<String, String> {
        match self {
            Encoding::Json => Ok(json(value)),
            Encoding::Form => form(value),
            Encoding::Xml => xml::write(value),
        }
    }
}

fn form(value: &Val) -> Result<String, String> {
    let Val::Obj(fields) = value else { return Err("a form's body must be an object".to_owned()) };
    let mut out = String::new();
    for (name, value) in fields.iter() {
        let name = plain(name).unwrap_or_default();
        match value {
            Val::Null => {}
            Val::Arr(values) => {
                for value in values.iter() {
                    pair(&mut out, &name, &field(&name, value)?);
                }
            }
            value => pair(&mut out, &name, &field(&name, value)?),
        }
    }
    Ok(out)
}

fn field(name: &str, value: &Val) -> Result<String, String> {
    if let Some(inner) = super::program::field(value, "xml") {
        return xml::write(inner);
    }
    plain(value).ok_or_else(|| format!("the field {name} of a form must be text, got {}", cut(&json(value))))
}

fn pair(out: &mut String, name: &str, value: &str) {
    if !out.is_empty() {
        out.push('&');
    }
    escape(out, name);
    out.push('=');
    escape(out, value);
}

/// An answer's body as a value: JSON or XML where it is one, else its text; `null` when it is empty.
pub fn read(body: &[u8]) -> Val {
    let trimmed = body.trim_ascii();
    if trimmed.is_empty() {
        return Val::Null;
    }
    if trimmed[0] == b'<' {
        if let Ok(value) = xml::read(trimmed) {
            return value;
        }
    } else if let Ok(value) = parse(trimmed) {
        return value;
    }
    text(String::from_utf8_lossy(body).into_owned())
}

/// An answer as programs see it.
pub fn answer(status: u16, body: &[u8]) -> Val {
    object([("status", Val::from(usize::from(status))), ("body", read(body))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Val {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn forms_are_escaped() {
        let body = value(r#"{"a b":"x&y=ä","list":[1,true],"none":null,"doc":{"xml":{"A":{"B":"<&>"}}}}"#);
        assert_eq!(
            Encoding::Form.write(&body).unwrap(),
            "a%20b=x%26y%3D%C3%A4&list=1&list=true&doc=%3CA%3E%3CB%3E%26lt%3B%26amp%3B%26gt%3B%3C%2FB%3E%3C%2FA%3E"
        );
        assert!(Encoding::Form.write(&value("[1]")).is_err());
        assert!(Encoding::Form.write(&value(r#"{"a":{"b":1}}"#)).unwrap_err().contains("the field a"));
    }

    #[test]
    fn answers_are_read_as_what_they_are() {
        assert_eq!(json(&answer(200, b" {\"a\":1} ")), r#"{"status":200,"body":{"a":1}}"#);
        assert_eq!(json(&answer(204, b"")), r#"{"status":204,"body":null}"#);
        assert_eq!(json(&read(b"ok \xff")), "\"ok \u{fffd}\"");
        assert_eq!(json(&read(b"<R><Id>7</Id></R>")), r#"{"R":{"Id":"7"}}"#);
        assert_eq!(json(&read(b"<html><br></html>")), "\"<html><br></html>\"");
    }
}
