//! From a file as written to a preset: every program compiled, every fault named by its key.

use super::auth::{Auth, Field, LoginPlan};
use super::file::{self, File};
use super::program::Program;
use super::template::Template;
use super::{Action, Limits, Preset, Step, Transport};
use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Most requests in flight a preset may ask for.
const MOST_CONCURRENT: u32 = 64;
/// Requests in flight where the preset does not say.
const CONCURRENT: u32 = 4;
/// Most events in a request.
const LARGEST_BATCH: u64 = 1000;
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Why a preset cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresetError {
    /// The file cannot be read.
    #[error("cannot read the preset {}: name one of `tanish relay presets`, or the path of a file", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("{}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What, with the place.
        message: String,
    },
    /// A value that makes no sense.
    #[error("{}: {field}: {message}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The key, as in `action.contact.step.find.body`.
        field: String,
        /// What is wrong, and what would be right.
        message: String,
    },
}

struct Source<'a> {
    path: &'a Path,
    define: String,
}

impl Source<'_> {
    fn wrong(&self, field: &str, message: impl Into<String>) -> PresetError {
        PresetError::Value { path: self.path.to_owned(), field: field.to_owned(), message: message.into() }
    }

    fn program(&self, field: &str, code: &str) -> Result<Program, PresetError> {
        Program::compile(&self.define, code).map_err(|message| self.wrong(field, message))
    }

    fn optional(&self, field: &str, code: Option<&String>) -> Result<Option<Program>, PresetError> {
        code.map(|code| self.program(field, code)).transpose()
    }

    fn template(&self, field: &str, text: &str) -> Result<Template, PresetError> {
        Template::compile(&self.define, text).map_err(|message| self.wrong(field, message))
    }

    fn templates(
        &self,
        field: &str,
        texts: &BTreeMap<String, String>,
    ) -> Result<Vec<(String, Template)>, PresetError> {
        let one = |(name, text): (&String, &String)| {
            Ok((name.clone(), self.template(&format!("{field}.{name}"), text)?))
        };
        texts.iter().map(one).collect()
    }

    fn field(&self, name: &str, value: &str) -> Result<Field, PresetError> {
        Ok(Field { name: name.to_owned(), value: self.template("auth.value", value)? })
    }
}

pub(super) fn compile(name: &str, path: &Path, text: &str) -> Result<Preset, PresetError> {
    let file: File = toml::from_str(text).map_err(|error| PresetError::Syntax {
        path: path.to_owned(),
        message: error.to_string().trim_end().replace('\n', "\n  "),
    })?;
    let source = Source { path, define: file.define.clone() };
    source.program("define", ".")?;
    if file.actions.is_empty() {
        return Err(source.wrong("action", "is missing; write at least one [[action]]"));
    }
    let mut names = HashSet::new();
    for action in &file.actions {
        if !names.insert(action.name.as_str()) {
            return Err(source.wrong("action.name", format!("{:?} stands twice", action.name)));
        }
    }
    let url = match &file.url {
        Some(url) => Some((url.clone(), source.template("url", url)?)),
        None => None,
    };
    let mut actions = Vec::with_capacity(file.actions.len());
    for written in &file.actions {
        actions.push(action(&source, written, file.transport)?);
    }
    Ok(Preset {
        name: name.to_owned(),
        promise: file.promise,
        transport: file.transport,
        consent: file.consent,
        requires: file.requires,
        free_batch: file.free_batch,
        limits: limits(&source, &file.limits)?,
        auth: auth(&source, &file)?,
        contact: source.program("define", "contact")?,
        title: file.title,
        because: file.because,
        docs: file.docs,
        notes: file.notes,
        settings: file.settings,
        secrets: file.secrets,
        url,
        actions,
    })
}

fn limits(source: &Source<'_>, written: &file::Limits) -> Result<Limits, PresetError> {
    let rate = match (written.requests.map(NonZeroU32::new), written.per_seconds) {
        (None, None) => None,
        (Some(Some(requests)), per) if per != Some(0) => {
            Some((requests, Duration::from_secs(per.unwrap_or(1))))
        }
        _ => return Err(source.wrong("limits", "needs `requests` above 0, and `per_seconds` above 0")),
    };
    let concurrency = written.concurrency.unwrap_or(CONCURRENT);
    if !(1..=MOST_CONCURRENT).contains(&concurrency) {
        return Err(source.wrong("limits.concurrency", format!("must be 1 to {MOST_CONCURRENT}")));
    }
    Ok(Limits { rate, concurrency })
}

fn action(source: &Source<'_>, written: &file::Action, transport: Transport) -> Result<Action, PresetError> {
    let at = format!("action.{}", written.name);
    if !(1..=LARGEST_BATCH).contains(&written.batch) {
        return Err(source.wrong(&format!("{at}.batch"), format!("must be 1 to {LARGEST_BATCH}")));
    }
    if written.steps.is_empty() {
        return Err(source.wrong(&at, "has no [[action.step]]"));
    }
    let mut names = HashSet::new();
    let mut steps = Vec::with_capacity(written.steps.len());
    for written in &written.steps {
        if !names.insert(written.name.as_str()) {
            return Err(source.wrong(&at, format!("has two steps named {:?}", written.name)));
        }
        steps.push(step(source, &at, written, transport)?);
    }
    Ok(Action {
        name: written.name.clone(),
        when: source.program(&format!("{at}.when"), &written.when)?,
        batch: usize::try_from(written.batch).unwrap_or(1),
        unique: source.optional(&format!("{at}.unique"), written.unique.as_ref())?,
        steps,
    })
}

fn step(
    source: &Source<'_>,
    action: &str,
    written: &file::Step,
    transport: Transport,
) -> Result<Step, PresetError> {
    let at = format!("{action}.step.{}", written.name);
    if !METHODS.contains(&written.method.as_str()) {
        return Err(source.wrong(&format!("{at}.method"), format!("must be one of {}", METHODS.join(", "))));
    }
    if transport == Transport::Smtp && written.body.is_none() {
        return Err(source.wrong(&format!("{at}.body"), "is missing: it makes the message"));
    }
    if let Some(example) = &written.example {
        serde_json::from_str::<serde_json::Value>(example)
            .map_err(|error| source.wrong(&format!("{at}.example"), format!("is not JSON: {error}")))?;
    }
    let url = match &written.url {
        Some(url) => Some(source.template(&format!("{at}.url"), url)?),
        None => None,
    };
    Ok(Step {
        name: written.name.clone(),
        when: source.optional(&format!("{at}.when"), written.when.as_ref())?,
        method: written.method.clone(),
        url,
        path: source.template(&format!("{at}.path"), &written.path)?,
        query: source.templates(&format!("{at}.query"), &written.query)?,
        headers: source.templates(&format!("{at}.headers"), &written.headers)?,
        body: source.optional(&format!("{at}.body"), written.body.as_ref())?,
        encode: written.encode,
        content_type: written.content_type.clone(),
        accept: written.accept.clone(),
        retry: written.retry.clone(),
        results: source.optional(&format!("{at}.results"), written.results.as_ref())?,
        example: written.example.clone(),
    })
}

fn auth(source: &Source<'_>, file: &File) -> Result<Auth, PresetError> {
    Ok(match &file.auth {
        file::Auth::None => Auth::None,
        file::Auth::Header { name, value, optional } => Auth::Header(source.field(name, value)?, *optional),
        file::Auth::Query { name, value } => Auth::Query(source.field(name, value)?),
        file::Auth::Body { name, value } => Auth::Body(source.field(name, value)?),
        file::Auth::Basic { user, password } => Auth::Basic {
            user: source.template("auth.user", user)?,
            password: source.template("auth.password", password)?,
        },
        file::Auth::Wsse { user, secret } => Auth::Wsse {
            user: source.template("auth.user", user)?,
            secret: source.template("auth.secret", secret)?,
        },
        file::Auth::StandardWebhooks => Auth::StandardWebhooks,
        file::Auth::Token { header, field, value, fixed, login } => Auth::Token {
            field: source.field(field.as_ref().or(header.as_ref()).map_or("", String::as_str), value)?,
            in_body: field.is_some(),
            fixed: fixed.clone(),
            login: Box::new(LoginPlan {
                url: source.template("auth.login.url", &login.url)?,
                headers: source.templates("auth.login.headers", &login.headers)?,
                body: source.program("auth.login.body", &login.body)?,
                encode: login.encode,
                token: source.program("auth.login.token", &login.token)?,
                expires: source.program("auth.login.expires", &login.expires)?,
                instance: source.optional("auth.login.instance", login.instance.as_ref())?,
            }),
        },
    })
}
