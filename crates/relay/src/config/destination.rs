//! Where events go, and how hard the relay tries.

use super::Secret;
use reqwest::Url;
use std::time::Duration;

/// Most events in one request of a batched destination.
pub const LARGEST_BATCH: u64 = 500;

/// One receiver of events.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Destination {
    /// Names it in the queue, the metrics and the log. A renamed destination is a new one.
    pub name: String,
    /// How to talk to it.
    pub preset: Preset,
    /// Where it listens.
    pub url: Url,
    /// Signs each request by the Standard Webhooks specification.
    pub secret: Option<Secret>,
    /// For one request, connecting included. Default: 10 s.
    pub timeout: Duration,
    /// An event that could not be delivered for so long becomes a dead letter. Default: 72 h.
    pub max_age: Duration,
    /// Events in a request: 1 sends an object, more sends an array of at most so many. Default: 1.
    pub batch: usize,
    /// The wait between tries.
    pub backoff: Backoff,
}

/// How to talk to a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Preset {
    /// The events as JSON, by POST, in the way of the Standard Webhooks specification.
    Webhook,
}

/// Exponential waits: the nth is a random time below `base * 2^n`, and below `longest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Bound of the first wait. Default: 1 s.
    pub base: Duration,
    /// Bound of every wait. Default: 5 min.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff { base: Duration::from_secs(1), longest: Duration::from_secs(300) }
    }
}

impl Destination {
    /// A webhook with the defaults.
    ///
    /// # Errors
    /// As [`check_name`] and [`check_url`], in words.
    pub fn webhook(name: &str, url: &str) -> Result<Destination, String> {
        check_name(name)?;
        Ok(Destination {
            name: name.to_owned(),
            preset: Preset::Webhook,
            url: check_url(url)?,
            secret: None,
            timeout: Duration::from_secs(10),
            max_age: Duration::from_secs(72 * 3600),
            batch: 1,
            backoff: Backoff::default(),
        })
    }
}

/// A name that is safe in metrics, file names and logs.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let fine = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if fine {
        return Ok(());
    }
    Err(format!("{name:?} is no name; use 1 to 64 letters, digits, `-` and `_`"))
}

/// An http(s) address without user and password, which would end up in logs.
pub(super) fn check_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| {
        format!("{text:?} is no URL ({error}); write one as in \"https://crm.example.uz/hook\"")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("the scheme `{}` is not supported; use https", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or password in it; take them out and sign with `secret_env`".to_owned());
    }
    Ok(url)
}
