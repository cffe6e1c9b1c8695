//! jq programs: what a preset says about bodies, conditions and answers.
//!
//! A program sees values and gives back values. It cannot read the environment, files or the clock, and what
//! it puts out is data: no quote in a customer's name can break a request.

use jaq_core::compile::Compiler;
use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Ctx, Vars, unwrap_valr};
use jaq_json::Val;
use std::fmt::{self, Write as _};

/// Definitions every program of every preset may use.
const PRELUDE: &str = include_str!("prelude.jq");
/// Functions of jq that would reach beyond their input.
const BANNED: [&str; 7] = ["env", "halt", "input", "inputs", "input_filename", "now", "localtime"];
/// Longest program, in bytes.
const LONGEST: usize = 64 * 1024;
/// How much of a value an error shows.
const SHOWN: usize = 80;

type Data = JustLut<Val>;

/// A compiled program.
pub struct Program {
    filter: jaq_core::Filter<Data>,
}

impl fmt::Debug for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Program(…)")
    }
}

impl Program {
    /// Compiles a program; `definitions` are put before it.
    ///
    /// # Errors
    /// What is wrong with it, in words, with the place.
    pub fn compile(definitions: &str, code: &str) -> Result<Program, String> {
        if code.len() + definitions.len() > LONGEST {
            return Err(format!("is longer than {LONGEST} bytes"));
        }
        let head = format!("{PRELUDE}\n{definitions}\n");
        let text = format!("{head}{code}\n");
        let defs =
            jaq_core::defs().chain(jaq_std::defs().filter(|def| !is_noisy(def.name))).chain(jaq_json::defs());
        let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let funs = funs.filter(|(name, _, _)| !BANNED.contains(name));
        let arena = Arena::default();
        let modules = Loader::new(defs)
            .load(&arena, File { code: text.as_str(), path: () })
            .map_err(|errors| load_errors(&text, head.len(), &errors))?;
        let filter = Compiler::default()
            .with_funs(funs)
            .compile(modules)
            .map_err(|errors| compile_errors(&text, head.len(), &errors))?;
        Ok(Program { filter })
    }

    /// The first value the program puts out; `null` when it puts out none.
    ///
    /// # Errors
    /// What the program complained about.
    pub fn run(&self, input: Val) -> Result<Val, String> {
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
        match self.filter.id.run((context, input)).map(unwrap_valr).next() {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(cut(&error.to_string())),
            None => Ok(Val::Null),
        }
    }
}

/// Definitions of the standard library that lean on what is banned, or print.
fn is_noisy(name: &str) -> bool {
    matches!(name, "stderr" | "debug" | "halt" | "halt_error")
}

/// Line and column in the program as its author wrote it.
fn place(text: &str, head: usize, part: &str) -> String {
    let at = jaq_core::load::span(text, part).start;
    let Some(own) = text.get(head..at) else { return "in its definitions".to_owned() };
    let line_start = own.rfind('\n').map_or(0, |at| at + 1);
    format!("line {}, column {}", own.matches('\n').count() + 1, own[line_start..].chars().count() + 1)
}

fn load_errors(text: &str, head: usize, errors: &jaq_core::load::Errors<&str, ()>) -> String {
    use jaq_core::load::Error;
    let first = errors.first().map(|(_, error)| error);
    let (what, part) = match first {
        Some(Error::Io(errors)) => {
            ("cannot be loaded: presets import nothing".to_owned(), errors.first().map(|e| e.0))
        }
        Some(Error::Lex(errors)) => match errors.first() {
            Some((expected, part)) => (format!("expected {}", expected.as_str()), Some(*part)),
            None => ("is no jq".to_owned(), None),
        },
        Some(Error::Parse(errors)) => match errors.first() {
            Some((expected, part)) => (format!("expected {}", expected.as_str()), Some(*part)),
            None => ("is no jq".to_owned(), None),
        },
        None => ("is no jq".to_owned(), None),
    };
    match part {
        Some(part) => format!("is no jq: {what} at {}", place(text, head, part)),
        None => what,
    }
}

fn compile_errors(text: &str, head: usize, errors: &jaq_core::compile::Errors<&str, ()>) -> String {
    match errors.first().and_then(|(_, errors)| errors.first()) {
        Some((name, undefined)) => {
            format!("names an unknown {} {:?} at {}", undefined.as_str(), name, place(text, head, name))
        }
        None => "cannot be compiled".to_owned(),
    }
}

/// Whether a value counts as true.
pub fn is_true(value: &Val) -> bool {
    !matches!(value, Val::Null | Val::Bool(false))
}

/// The text of a string, number or boolean; `None` of anything else.
pub fn plain(value: &Val) -> Option<String> {
    match value {
        Val::TStr(bytes) | Val::BStr(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Val::Bool(value) => Some(value.to_string()),
        Val::Num(_) => Some(number(value)),
        _ => None,
    }
}

/// A field of an object.
pub fn field<'a>(value: &'a Val, name: &str) -> Option<&'a Val> {
    match value {
        Val::Obj(map) => map.get(&Val::from(name.to_owned())).filter(|value| !matches!(value, Val::Null)),
        _ => None,
    }
}

/// The text of a plain field of an object.
pub fn text_field(value: &Val, name: &str) -> Option<String> {
    field(value, name).and_then(plain)
}

/// Reads JSON text.
///
/// # Errors
/// When it is none, in words.
pub fn parse(text: &[u8]) -> Result<Val, String> {
    // serde_json bounds the depth, which jaq's reader does not.
    let _: serde::de::IgnoredAny = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    jaq_json::read::parse_single(text).map_err(|error| error.to_string())
}

/// A string value.
pub fn text(value: impl Into<String>) -> Val {
    Val::from(value.into())
}

/// An object.
pub fn object<const N: usize>(fields: [(&str, Val); N]) -> Val {
    Val::obj(fields.into_iter().map(|(name, value)| (text(name), value)).collect())
}

/// Writes JSON text: numbers as they came, in full precision.
pub fn json(value: &Val) -> String {
    let mut out = String::new();
    write_json(&mut out, value);
    out
}

fn write_json(out: &mut String, value: &Val) {
    match value {
        Val::Null => out.push_str("null"),
        Val::Bool(value) => {
            let _ = write!(out, "{value}");
        }
        Val::Num(_) => out.push_str(&number(value)),
        Val::TStr(bytes) | Val::BStr(bytes) => write_text(out, &String::from_utf8_lossy(bytes)),
        Val::Arr(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(out, item);
            }
            out.push(']');
        }
        Val::Obj(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(out, &plain(key).unwrap_or_default());
                out.push(':');
                write_json(out, item);
            }
            out.push('}');
        }
    }
}

/// A number's text, `null` where JSON has no word for it (infinity).
fn number(value: &Val) -> String {
    let text = value.to_string();
    if serde_json::from_str::<serde_json::Number>(&text).is_ok() { text } else { "null".to_owned() }
}

fn write_text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// The start of a long text.
pub fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain("…".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(code: &str, input: &str) -> Result<String, String> {
        Program::compile("", code)?.run(parse(input.as_bytes())?).map(|value| json(&value))
    }

    #[test]
    fn data_out_is_never_broken_json() {
        let input = r#"{"email":"a\"b\\@c","price":12.50,"id":12345678901234567890,"name":"Қўй\u0007"}"#;
        let out = run("{to: .email, price, id, name, list: [.email, 1e3]}", input).unwrap();
        let read: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(read["to"], "a\"b\\@c");
        assert!(out.contains(r#""price":12.50,"id":12345678901234567890"#), "{out}");
    }

    #[test]
    fn programs_reach_nothing_beyond_their_input() {
        for code in
            ["env", "$ENV", "now", "input", "halt", "debug", "\"x\" | halt_error", "import \"a\" as a; 1"]
        {
            assert!(run(code, "{}").is_err(), "{code}");
        }
    }

    #[test]
    fn faults_name_the_place() {
        let error = run("{a: 1,\n b: nonsense(2)}", "{}").unwrap_err();
        assert!(error.contains("\"nonsense\" at line 2, column 5"), "{error}");
        let error = run("{a: ", "{}").unwrap_err();
        assert!(error.starts_with("is no jq: expected"), "{error}");
        assert!(run("error(\"x\" * 500)", "{}").unwrap_err().chars().count() <= SHOWN + 1);
    }

    #[test]
    fn deep_input_is_refused_and_nothing_is_null() {
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert_eq!(run("empty", "{}").unwrap(), "null");
        assert_eq!(run("1 / 0", "{}").unwrap_or_else(|_| "null".into()), "null");
    }
}
