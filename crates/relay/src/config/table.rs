//! A `[[destination]]` as written, and its way into a [`Destination`].

use super::destination::{self, Destination, LARGEST_BATCH};
use super::file::Source;
use super::{ConfigError, Secret};
use crate::preset::{Preset, SecretSpec, Settings, builtin, names};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use toml::Spanned;

/// Largest file of a secret, in bytes.
const LARGEST_SECRET: u64 = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DestinationTable {
    pub name: Spanned<String>,
    preset: Spanned<String>,
    url: Option<Spanned<String>>,
    secret_env: Option<Spanned<String>>,
    secret_file: Option<Spanned<PathBuf>>,
    #[serde(default)]
    secrets: BTreeMap<String, Spanned<SecretSource>>,
    #[serde(default)]
    settings: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    fields: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    timeout_ms: Option<Spanned<u64>>,
    max_age_hours: Option<Spanned<u64>>,
    hold_hours: Option<Spanned<u64>>,
    batch: Option<Spanned<u64>>,
    backoff_ms: Option<Spanned<u64>>,
    backoff_max_ms: Option<Spanned<u64>>,
    requests_per_second: Option<Spanned<u64>>,
    concurrency: Option<Spanned<u64>>,
}

/// Where a secret comes from: never from the configuration itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretSource {
    env: Option<String>,
    file: Option<PathBuf>,
}

pub(super) fn read(source: &Source<'_>, table: &DestinationTable) -> Result<Destination, ConfigError> {
    let at_name = |message: String| source.wrong("destination.name", table.name.span(), message);
    let name = table.name.get_ref();
    destination::check_name(name).map_err(at_name)?;
    let preset = preset(source, table)?;
    if let Some(url) = &table.url {
        destination::check_url(url.get_ref(), preset.transport)
            .map_err(|message| source.wrong("destination.url", url.span(), message))?;
    }
    let (secrets, signing) = secrets(source, table, &preset)?;
    let settings = Settings {
        url: table.url.as_ref().map(|url| url.get_ref().clone()),
        config: settings(source, table)?,
        secrets,
        signing,
        fields: table.fields.clone(),
        only: table.only.clone(),
        except: table.except.clone(),
    };
    let made = Destination::new(name, preset, settings);
    let made = made.map_err(|(key, message)| {
        let span = settings_span(table, &key);
        source.wrong("destination", span, format!("{key} {message}"))
    })?;
    limits(source, table, made)
}

/// The nearest place of a key that the table may not even have.
fn settings_span(table: &DestinationTable, key: &str) -> std::ops::Range<usize> {
    let setting = key.strip_prefix("settings.").and_then(|name| table.settings.get(name));
    setting.map_or_else(|| table.preset.span(), Spanned::span)
}

fn preset(source: &Source<'_>, table: &DestinationTable) -> Result<Arc<Preset>, ConfigError> {
    let written = table.preset.get_ref();
    let wrong = |message: String| source.wrong("destination.preset", table.preset.span(), message);
    if written.contains(['/', '\\']) || written.ends_with(".toml") {
        return Preset::load(&source.beside(Path::new(written))).map_err(|error| wrong(words(&error)));
    }
    match builtin(written) {
        Ok(Some(preset)) => Ok(preset),
        Ok(None) => Err(wrong(format!(
            "there is no preset {written:?}; use the path of a file of your own, or one of: {}",
            names().collect::<Vec<_>>().join(", ")
        ))),
        Err(error) => Err(wrong(words(&error))),
    }
}

fn words(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    }
}

fn settings(source: &Source<'_>, table: &DestinationTable) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut settings = BTreeMap::new();
    for (name, value) in &table.settings {
        let text = match value.get_ref() {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            toml::Value::Boolean(value) => value.to_string(),
            _ => {
                let message = format!("{name} must be text, a number, true or false");
                return Err(source.wrong("destination.settings", value.span(), message));
            }
        };
        settings.insert(name.clone(), text);
    }
    Ok(settings)
}

type Secrets = (BTreeMap<String, String>, Option<Secret>);

fn secrets(source: &Source<'_>, table: &DestinationTable, preset: &Preset) -> Result<Secrets, ConfigError> {
    if let Some((name, value)) =
        table.secrets.iter().find(|(name, _)| !preset.secrets.iter().any(|one| one.name == **name))
    {
        let known: Vec<&str> = preset.secrets.iter().map(|one| one.name.as_str()).collect();
        let message =
            format!("the preset {} knows no secret {name:?}; it has: {}", preset.name, known.join(", "));
        return Err(source.wrong("destination.secrets", value.span(), message));
    }
    if preset.secrets.is_empty()
        && let Some(span) =
            table.secret_env.as_ref().map(Spanned::span).or(table.secret_file.as_ref().map(Spanned::span))
    {
        let message = format!("the preset {} has no secret; remove it", preset.name);
        return Err(source.wrong("destination.secret_env", span, message));
    }
    let mut found = BTreeMap::new();
    if source.environment.is_none() {
        return Ok((found, None));
    }
    for (index, spec) in preset.secrets.iter().enumerate() {
        if let Some(value) = secret(source, table, spec, index == 0)? {
            found.insert(spec.name.clone(), value);
        }
    }
    let signing = match found.get("signing_key") {
        Some(value) => {
            let span = table.secret_env.as_ref().map_or_else(|| table.preset.span(), Spanned::span);
            let name = table.secret_env.as_ref().map_or("the secret", |name| name.get_ref().as_str());
            let wrong = |problem| {
                source.wrong("destination.secret_env", span, format!("the value of {name} {problem}"))
            };
            Some(Secret::parse(value).map_err(wrong)?)
        }
        None => None,
    };
    Ok((found, signing))
}

/// A secret's value: from `secrets.<name>`, from `secret_env` or `secret_file` for the first, or from the
/// preset's own variable.
fn secret(
    source: &Source<'_>,
    table: &DestinationTable,
    spec: &SecretSpec,
    is_first: bool,
) -> Result<Option<String>, ConfigError> {
    let first = |there: bool| is_first && there;
    if let Some(written) = table.secrets.get(&spec.name) {
        let wrong = |message: String| source.wrong("destination.secrets", written.span(), message);
        return match written.get_ref() {
            SecretSource { env: Some(variable), file: None } => {
                source.variable(variable).map_err(wrong).map(Some)
            }
            SecretSource { env: None, file: Some(path) } => from_file(source, path).map_err(wrong).map(Some),
            _ => Err(wrong(format!("{} needs either `env` or `file`", spec.name))),
        };
    }
    if let Some(variable) = &table.secret_env
        && first(true)
    {
        let wrong = |message: String| source.wrong("destination.secret_env", variable.span(), message);
        return source.variable(variable.get_ref()).map_err(wrong).map(Some);
    }
    if let Some(path) = &table.secret_file
        && first(true)
    {
        let wrong = |message: String| source.wrong("destination.secret_file", path.span(), message);
        return from_file(source, path.get_ref()).map_err(wrong).map(Some);
    }
    if spec.optional {
        return Ok(None);
    }
    source.variable(&spec.env).map(Some).map_err(|message| {
        let message = format!("the secret `{}` is missing ({}): {message}", spec.name, spec.about);
        source.wrong("destination.secrets", table.preset.span(), message)
    })
}

fn from_file(source: &Source<'_>, path: &Path) -> Result<String, String> {
    let path = source.beside(path);
    let told = |problem: String| format!("cannot read {}: {problem}", path.display());
    let size = std::fs::metadata(&path).map_err(|error| told(error.to_string()))?.len();
    if size > LARGEST_SECRET {
        return Err(told(format!("it is larger than {LARGEST_SECRET} bytes")));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| told(error.to_string()))?;
    let text = text.trim();
    if text.is_empty() { Err(told("it is empty".to_owned())) } else { Ok(text.to_owned()) }
}

fn limits(
    source: &Source<'_>,
    table: &DestinationTable,
    mut made: Destination,
) -> Result<Destination, ConfigError> {
    if let Some(millis) = source.number("destination.timeout_ms", table.timeout_ms.as_ref(), 100..=120_000)? {
        made.timeout = Duration::from_millis(millis);
    }
    if let Some(hours) = source.number("destination.max_age_hours", table.max_age_hours.as_ref(), 1..=8760)? {
        made.max_age = Duration::from_secs(hours * 3600);
    }
    if let Some(hours) = source.number("destination.hold_hours", table.hold_hours.as_ref(), 0..=8760)? {
        made.hold = Duration::from_secs(hours * 3600);
    }
    if let Some(batch) = source.number("destination.batch", table.batch.as_ref(), 1..=LARGEST_BATCH)? {
        made.batch = usize::try_from(batch).unwrap_or(1);
    }
    if let Some(millis) = source.number("destination.backoff_ms", table.backoff_ms.as_ref(), 1..=60_000)? {
        made.backoff.base = Duration::from_millis(millis);
    }
    let longest = table.backoff_max_ms.as_ref();
    if let Some(millis) = source.number("destination.backoff_max_ms", longest, 1..=3_600_000)? {
        made.backoff.longest = Duration::from_millis(millis);
    }
    let rate = table.requests_per_second.as_ref();
    if let Some(rate) = source.number("destination.requests_per_second", rate, 1..=10_000)? {
        made.rate = u32::try_from(rate).ok().and_then(NonZeroU32::new);
    }
    if let Some(flight) = source.number("destination.concurrency", table.concurrency.as_ref(), 1..=64)? {
        made.concurrency = u32::try_from(flight).ok();
    }
    Ok(made)
}
