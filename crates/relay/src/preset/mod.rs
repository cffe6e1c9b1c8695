//! Presets: how to talk to a destination, as data.
//!
//! A preset is one TOML file. It says which events it takes, which requests each becomes, how to be let in,
//! and what an answer means; bodies and conditions are jq programs. The relay brings presets for the CRMs of
//! the field in [`builtin`]; a shop adds its own file without building anything.
//!
//! Everything here is values: no clock, no network. [`Exchange`] says what to send and is told what came back.

mod auth;
mod builtin;
mod compile;
mod dry;
mod encode;
mod exchange;
mod file;
mod judge;
mod program;
mod target;
mod template;
mod xml;

pub use auth::{Credential, Login, Token};
pub use builtin::{ALIASES, builtin, names, source};
pub use compile::PresetError;
pub use dry::{DryRequest, DryRun, dry_run};
pub use encode::Encoding;
pub use exchange::{Draft, Exchange, Next, Sealed};
pub use judge::{Judgement, is_retryable};
pub use program::{Program, text_field};
pub use target::{Fate, Item, Settings, Target};

use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use template::Template;

/// How often a destination sees an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// Once: its API has a key for repeats, or the preset searches before it creates.
    Once,
    /// At least once: a lost answer can double an event.
    AtLeastOnce,
}

impl Promise {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Promise::Once => "once",
            Promise::AtLeastOnce => "at least once",
        }
    }
}

/// What carries a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// HTTP.
    #[default]
    Http,
    /// Mail: the body is an object with `to`, `subject`, `text` and optionally `html`, `from`, `reply_to`.
    Smtp,
}

/// What the visitor must not have refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Measuring.
    Analytics,
    /// Adapting the shop.
    Personalization,
    /// Messages and advertising.
    Marketing,
}

impl Purpose {
    /// Its field in an event's `context.consent`.
    pub fn field(self) -> &'static str {
        match self {
            Purpose::Analytics => "analytics",
            Purpose::Personalization => "personalization",
            Purpose::Marketing => "marketing",
        }
    }
}

/// What must be known of a person before the destination can hear of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requires {
    /// Nothing: it takes anonymous visitors.
    #[default]
    Nothing,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// The shop's id of the customer.
    Id,
    /// Any of them.
    Contact,
}

/// A value the shop gives in `settings`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What it is and where to find it.
    pub about: String,
    /// Taken where none is given. Without one the setting must be given.
    pub default: Option<String>,
    /// For the written configuration.
    pub example: Option<String>,
}

/// A secret the shop gives by environment or file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSpec {
    /// Its name in `secrets`.
    pub name: String,
    /// What it is and where to find it.
    pub about: String,
    /// The environment variable that is read where the configuration names none.
    pub env: String,
    /// Whether the preset works without.
    #[serde(default)]
    pub optional: bool,
}

/// How much a destination may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests in a span of time.
    pub rate: Option<(std::num::NonZeroU32, std::time::Duration)>,
    /// Requests in flight.
    pub concurrency: u32,
}

/// How to talk to a destination: a checked and compiled file.
#[derive(Debug)]
pub struct Preset {
    /// By which `relay.toml` names it.
    pub name: String,
    /// The product's name.
    pub title: String,
    /// What is promised.
    pub promise: Promise,
    /// Why that can be promised, or why no more.
    pub because: String,
    /// The vendor's pages it was written from.
    pub docs: Vec<String>,
    /// What a user should know.
    pub notes: Vec<String>,
    /// What carries its requests.
    pub transport: Transport,
    /// The purpose a visitor must not have refused.
    pub consent: Option<Purpose>,
    /// What must be known of a person.
    pub requires: Requires,
    /// What the shop may set.
    pub settings: std::collections::BTreeMap<String, Setting>,
    /// What the shop must keep secret; the first is the one `secret_env` speaks of.
    pub secrets: Vec<SecretSpec>,
    /// Whether the shop says how many events go into a request.
    pub free_batch: bool,
    /// What the vendor asks to respect.
    pub limits: Limits,
    pub(crate) url: Option<(String, Template)>,
    pub(crate) auth: auth::Auth,
    pub(crate) actions: Vec<Action>,
    pub(crate) contact: Program,
}

/// What becomes of one kind of event.
#[derive(Debug)]
pub(crate) struct Action {
    pub name: String,
    pub when: Program,
    pub batch: usize,
    pub unique: Option<Program>,
    pub steps: Vec<Step>,
}

/// One request of an action.
#[derive(Debug)]
pub(crate) struct Step {
    pub name: String,
    pub when: Option<Program>,
    pub method: String,
    pub url: Option<Template>,
    pub path: Template,
    pub query: Vec<(String, Template)>,
    pub headers: Vec<(String, Template)>,
    pub body: Option<Program>,
    pub encode: Encoding,
    pub content_type: Option<String>,
    pub accept: Vec<u16>,
    pub retry: Vec<u16>,
    pub results: Option<Program>,
    pub example: Option<String>,
}

impl Preset {
    /// Reads a preset from its text.
    ///
    /// # Errors
    /// Names the file, the key and the mend.
    pub fn parse(name: &str, path: &Path, text: &str) -> Result<Arc<Preset>, PresetError> {
        compile::compile(name, path, text).map(Arc::new)
    }

    /// Reads a preset file; it is named by its file name.
    ///
    /// # Errors
    /// As [`Preset::parse`], and when the file cannot be read.
    pub fn load(path: &Path) -> Result<Arc<Preset>, PresetError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| PresetError::Read { path: path.to_owned(), source })?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Preset::parse(&name, path, &text)
    }

    /// Names of what it does, as in `contact`: those that `fields` may extend.
    pub fn action_names(&self) -> impl Iterator<Item = &str> {
        self.actions.iter().map(|action| action.name.as_str())
    }

    /// The largest batch any of its actions takes.
    pub fn largest_batch(&self) -> usize {
        self.actions.iter().map(|action| action.batch).max().unwrap_or(1)
    }

    /// The address of its API as written, where it has a fixed one.
    pub fn url(&self) -> Option<&str> {
        self.url.as_ref().map(|(text, _)| text.as_str())
    }
}
