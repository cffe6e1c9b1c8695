//! Where events go, and how hard the relay tries.

use super::Secret;
use crate::preset::{Limits, Preset, Settings, Target, Transport, builtin};
use reqwest::Url;
use std::sync::Arc;
use std::time::Duration;

/// Most events in one request of a batched webhook.
pub const LARGEST_BATCH: u64 = 500;

/// One receiver of events.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Destination {
    /// Names it in the queue, the metrics and the log. A renamed destination is a new one.
    pub name: String,
    /// How to talk to it, and with what settings.
    pub target: Target,
    /// For one request, connecting included. Default: 10 s.
    pub timeout: Duration,
    /// An event that could not be delivered for so long becomes a dead letter. Default: 72 h.
    pub max_age: Duration,
    /// An event whose person nobody knows waits so long for a sign-in, where the preset needs to know.
    /// Default: 24 h.
    pub hold: Duration,
    /// Events in a request, where the preset does not say: 1 sends an object, more an array. Default: 1.
    pub batch: usize,
    /// The wait between tries.
    pub backoff: Backoff,
    /// Requests in a second, instead of the preset's.
    pub rate: Option<std::num::NonZeroU32>,
    /// Requests in flight, instead of the preset's.
    pub concurrency: Option<u32>,
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
        Destination::signed_webhook(name, url, None)
    }

    /// A webhook whose requests are signed.
    ///
    /// # Errors
    /// As [`Destination::webhook`].
    pub fn signed_webhook(name: &str, url: &str, key: Option<Secret>) -> Result<Destination, String> {
        check_name(name)?;
        let url = check_url(url, Transport::Http)?.to_string();
        let preset = builtin("webhook").map_err(|error| error.to_string())?.ok_or("no preset `webhook`")?;
        let settings = Settings { url: Some(url), signing: key, ..Settings::default() };
        Destination::new(name, preset, settings).map_err(|(field, message)| format!("{field}: {message}"))
    }

    /// A destination with the defaults.
    ///
    /// # Errors
    /// The key at fault, and what is wrong with it, in words.
    pub fn new(name: &str, preset: Arc<Preset>, settings: Settings) -> Result<Destination, (String, String)> {
        Ok(Destination {
            name: name.to_owned(),
            target: Target::new(preset, settings)?,
            timeout: Duration::from_secs(10),
            max_age: Duration::from_secs(72 * 3600),
            hold: Duration::from_secs(24 * 3600),
            batch: 1,
            backoff: Backoff::default(),
            rate: None,
            concurrency: None,
        })
    }

    /// How much it may be asked.
    pub fn limits(&self) -> Limits {
        let preset = self.target.preset().limits;
        let rate = self.rate.map(|requests| (requests, Duration::from_secs(1))).or(preset.rate);
        Limits { rate, concurrency: self.concurrency.unwrap_or(preset.concurrency) }
    }

    /// Events of an action in one request.
    pub(crate) fn batch_of(&self, action: usize) -> usize {
        if self.is_free() { self.batch } else { self.target.batch_of(action) }
    }

    /// Whether an action's requests have the form of several events, though there be one.
    pub(crate) fn is_grouped(&self, action: usize) -> bool {
        self.batch_of(action) > 1
    }

    pub(crate) fn largest_batch(&self) -> usize {
        if self.is_free() { self.batch } else { self.target.preset().largest_batch() }
    }

    /// Whether the shop says how many events go into a request: webhooks of its own.
    fn is_free(&self) -> bool {
        self.target.preset().free_batch
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

/// An address without user and password, which would end up in logs.
pub(super) fn check_url(text: &str, transport: Transport) -> Result<Url, String> {
    let (schemes, example) = match transport {
        Transport::Http => (["http", "https"], "https://crm.example.uz/hook"),
        Transport::Smtp => (["smtp", "smtps"], "smtp://mail.example.uz:587?tls=required"),
    };
    let url = Url::parse(text)
        .map_err(|error| format!("{text:?} is no URL ({error}); write one as in {example:?}"))?;
    if !schemes.contains(&url.scheme()) {
        return Err(format!("the scheme `{}` is not supported; use {}", url.scheme(), schemes[1]));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "has a user or password in it; take them out and use `secret_env` or `secrets`".to_owned()
        );
    }
    Ok(url)
}
