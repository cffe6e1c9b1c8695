//! What an answer means for each event of a request.

use super::Step;
use super::program::{field, plain};
use jaq_json::Val;

/// What became of an event at a destination, before anyone asks how old it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The destination has it.
    Delivered,
    /// The destination has no place for it; nothing was sent.
    Skipped(String),
    /// It may pass by itself.
    Retry {
        /// Why, in words.
        reason: String,
        /// The wait asked for, in seconds.
        after: Option<u64>,
        /// Whether the whole destination is in trouble.
        pause: bool,
    },
    /// The key does not open, however fresh: everything waits until somebody mends it.
    Locked(String),
    /// Refused in a way that can be the event's fault or the settings'.
    Refused(String),
    /// Never deliverable.
    Dead(String),
    /// Something among several events was refused, and nobody says what: each is worth a request of its own.
    Split(String),
}

/// Whether a status may pass by itself.
pub fn is_retryable(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

/// By status alone; `None` is success. 401 is [`Judgement::Locked`]: whoever holds a token renews it first.
pub fn by_status(status: u16, step: &Step) -> Option<Judgement> {
    let name = &step.name;
    match status {
        _ if step.retry.contains(&status) => {
            Some(Judgement::Retry { reason: format!("{name}: status {status}"), after: None, pause: true })
        }
        200..=299 => None,
        _ if step.accept.contains(&status) => None,
        300..=399 => Some(Judgement::Locked(format!(
            "{name}: status {status} (redirects are not followed: set `url` to where it leads)"
        ))),
        401 => Some(Judgement::Locked(format!(
            "{name}: status 401 (check the key, and that it has not expired)"
        ))),
        402 | 403 => Some(Judgement::Refused(format!("{name}: status {status} (check what the key may do)"))),
        404 | 405 => Some(Judgement::Refused(format!("{name}: status {status} (check `url`)"))),
        _ if is_retryable(status) => {
            let pause = matches!(status, 429 | 502..=504);
            Some(Judgement::Retry { reason: format!("{name}: status {status}"), after: None, pause })
        }
        _ => Some(Judgement::Dead(format!("{name}: status {status}"))),
    }
}

/// What a `results` program put out, for `count` events; `None` leaves it to the status, and an inner
/// `None` is success.
///
/// # Errors
/// When it is nothing this relay understands.
pub fn by_program(value: &Val, count: usize, step: &str) -> Result<Option<Vec<Option<Judgement>>>, String> {
    match value {
        Val::Null => Ok(None),
        Val::Arr(items) if items.len() == count => {
            items.iter().map(|item| one(item, step)).collect::<Result<_, _>>().map(Some)
        }
        Val::Arr(items) => {
            Err(format!("{step}: the answer speaks of {} events, {count} were sent", items.len()))
        }
        value => one(value, step).map(|judgement| Some(vec![judgement; count])),
    }
}

fn one(value: &Val, step: &str) -> Result<Option<Judgement>, String> {
    if matches!(value, Val::Null | Val::Bool(true)) || field(value, "ok").is_some() {
        return Ok(None);
    }
    let reason = |name: &str| {
        field(value, name).map(|text| {
            let words = plain(text).unwrap_or_else(|| super::program::json(text));
            format!("{step}: {}", words.chars().take(300).collect::<String>())
        })
    };
    if let Some(reason) = reason("retry") {
        let after = field(value, "after").and_then(plain).and_then(|text| text.parse::<f64>().ok());
        let after =
            after.filter(|seconds| seconds.is_finite() && *seconds >= 0.0).map(|seconds| seconds as u64);
        let pause = field(value, "pause").is_some_and(super::program::is_true);
        return Ok(Some(Judgement::Retry { reason, after, pause }));
    }
    if let Some(reason) = reason("dead") {
        return Ok(Some(Judgement::Dead(reason)));
    }
    if let Some(reason) = reason("split") {
        return Ok(Some(Judgement::Split(reason)));
    }
    if let Some(reason) = reason("skip") {
        return Ok(Some(Judgement::Skipped(reason)));
    }
    if let Some(reason) = reason("locked") {
        return Ok(Some(Judgement::Locked(reason)));
    }
    let shown = super::program::cut(&super::program::json(value));
    Err(format!(
        "{step}: `results` put out {shown}; use null, or an object with `retry`, `dead`, `split`, `skip` or `locked`"
    ))
}
