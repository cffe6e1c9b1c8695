//! Text with `{jq}` in it: addresses, queries and headers.

use super::program::{Program, plain};
use jaq_json::Val;
use std::fmt::Write as _;

/// A compiled template.
#[derive(Debug)]
pub struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Program, String),
}

/// How a value is written into the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of a path: nothing in it can leave the segment.
    Path,
    /// A whole address, or a query value or header, which are escaped elsewhere.
    Plain,
}

impl Template {
    /// Compiles `text`; `{{` stands for a brace.
    ///
    /// # Errors
    /// In words: an open brace, or a program that is none.
    pub fn compile(definitions: &str, text: &str) -> Result<Template, String> {
        let (mut parts, mut rest) = (Vec::new(), text);
        let mut literal = String::new();
        while let Some(at) = rest.find('{') {
            literal.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                literal.push('{');
                rest = after;
                continue;
            }
            let end = closing(rest).ok_or_else(|| format!("{text:?} has a `{{` without its `}}`"))?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            let code = &rest[..end];
            parts.push(Part::Value(Program::compile(definitions, code)?, code.to_owned()));
            rest = &rest[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Template(parts))
    }

    /// Fills the template in; `None` where a value is `null`.
    ///
    /// # Errors
    /// What a program complained about, or a value that is no text.
    pub fn fill(&self, scope: &Val, place: Place) -> Result<Option<String>, String> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value(program, code) => match program.run(scope.clone())? {
                    Val::Null => return Ok(None),
                    value => {
                        let value = plain(&value).ok_or_else(|| format!("{{{code}}} is no text"))?;
                        match place {
                            Place::Path => escape(&mut out, &value),
                            Place::Plain => out.push_str(&value),
                        }
                    }
                },
            }
        }
        Ok(Some(out))
    }

    /// Fills in a template that must have its values.
    ///
    /// # Errors
    /// As [`Template::fill`], and where a value is missing.
    pub fn need(&self, scope: &Val, place: Place) -> Result<String, String> {
        self.fill(scope, place)?.ok_or_else(|| {
            let names: Vec<&str> = self.0.iter().filter_map(Part::code).collect();
            format!("{{{}}} has no value", names.join("}, {"))
        })
    }
}

impl Part {
    fn code(&self) -> Option<&str> {
        match self {
            Part::Value(_, code) => Some(code),
            Part::Text(_) => None,
        }
    }
}

/// The `}` that ends a program, past the braces and strings within it.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted && depth == 0 => return Some(at),
            '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Percent-encodes all but RFC 3986's unreserved letters.
pub fn escape(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::program::parse;

    fn fill(text: &str, scope: &str) -> Result<Option<String>, String> {
        Template::compile("", text)?.fill(&parse(scope.as_bytes())?, Place::Path)
    }

    #[test]
    fn values_stay_in_their_place() {
        let scope = r#"{"id": "a/../b?c=1&d #é", "n": 7}"#;
        assert_eq!(fill("/c/{.id}/x", scope).unwrap().unwrap(), "/c/a%2F..%2Fb%3Fc%3D1%26d%20%23%C3%A9/x");
        assert_eq!(fill("/{.n}/{{{.n + 1}", scope).unwrap().unwrap(), "/7/{8");
        assert_eq!(fill("/{\"}\" + ({a: \"x\"} | .a)}", scope).unwrap().unwrap(), "/%7Dx");
        assert_eq!(fill("/{.none}", scope).unwrap(), None);
    }

    #[test]
    fn faults_are_told() {
        assert!(fill("/{.a", "{}").unwrap_err().contains("without its `}`"));
        assert!(fill("/{.}", "{}").unwrap_err().contains("is no text"));
        let need = Template::compile("", "/{.a}").unwrap().need(&Val::Null, Place::Path);
        assert_eq!(need.unwrap_err(), "{.a} has no value");
    }
}
