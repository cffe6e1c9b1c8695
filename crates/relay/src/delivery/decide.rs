//! What a destination's answer means. Functions of values: no clock, no network, no chance.

use crate::config::Backoff;
use std::time::{Duration, SystemTime};
use tanish::time::{DAY, Millis};

/// The longest wait a destination may ask for.
const LONGEST_RETRY_AFTER: Millis = DAY;
/// Times the usual wait, where a setting must be mended first: a minute by default.
const SETTING: u32 = 60;

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The destination answered.
    Answer {
        /// HTTP status.
        status: u16,
        /// The wait it asked for, from now.
        retry_after: Option<Millis>,
        /// The start of the body.
        body: String,
    },
    /// No answer: refused, cut off, too slow.
    Transport(String),
}

/// What to do with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is there.
    Delivered,
    /// Try again at this time.
    Retry {
        /// When.
        until: Millis,
        /// Whether the whole destination is in trouble, not this event: nothing else is sent before `until`.
        pause: bool,
    },
    /// Give up, for this reason.
    Dead(String),
}

/// Whether a status may pass by itself.
pub fn is_retryable(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

/// Whether a status speaks of a setting, a rotated key or a moved address, and not of the event: it
/// passes once somebody mends it, and until then no event is better off than another.
pub fn blames_setting(status: u16) -> bool {
    matches!(status, 300..=399 | 401 | 403 | 404)
}

/// How patient to be after an outcome: a setting is mended by people, who need longer than a restart.
pub fn patience(outcome: &Outcome, backoff: Backoff) -> Backoff {
    match outcome {
        Outcome::Answer { status, .. } if blames_setting(*status) => {
            Backoff { base: backoff.base.saturating_mul(SETTING), ..backoff }
        }
        _ => backoff,
    }
}

/// An outcome in words, for the log and the dead letter: never the answer's body, which may repeat what
/// was sent.
pub fn problem(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answer { status: status @ 300..=399, .. } => {
            format!("status {status} (redirects are not followed: set `url` to where it leads)")
        }
        Outcome::Answer { status: status @ (401 | 403), .. } => {
            format!("status {status} (check the key in `secret_env`, and who may post there)")
        }
        Outcome::Answer { status: 404, .. } => "status 404 (check `url`)".to_owned(),
        Outcome::Answer { status, .. } => format!("status {status}"),
        Outcome::Transport(problem) => problem.clone(),
    }
}

/// Whether a refused batch may hold one bad event among good ones, so that each is worth a request.
pub fn blames_content(status: u16) -> bool {
    matches!(status, 400 | 413 | 422)
}

/// What is known of an event that was just tried.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// Failed tries before this one.
    pub attempts: u32,
    /// When its wait began.
    pub since: Millis,
    /// Now.
    pub now: Millis,
    /// Chance, `0.0..1.0`.
    pub chance: f64,
}

/// Decides over one event.
pub fn decide(outcome: &Outcome, this: Try, backoff: Backoff, max_age: Duration) -> Verdict {
    let (retry_after, pause) = match outcome {
        Outcome::Answer { status: 200..=299, .. } => return Verdict::Delivered,
        Outcome::Answer { status, retry_after, .. } if blames_setting(*status) => (*retry_after, true),
        Outcome::Answer { status, retry_after, .. } if is_retryable(*status) => {
            (*retry_after, retry_after.is_some() || matches!(status, 429 | 502..=504))
        }
        Outcome::Answer { status, .. } => return Verdict::Dead(format!("status {status} is final")),
        Outcome::Transport(_) => (None, true),
    };
    let backoff = patience(outcome, backoff);
    let asked = retry_after.unwrap_or(0).min(LONGEST_RETRY_AFTER);
    let until = this.now.saturating_add(wait(backoff, this.attempts, this.chance).max(asked));
    let give_up_at = this.since.saturating_add(as_millis(max_age));
    if until > give_up_at {
        return Verdict::Dead(format!("{} for longer than {} h", problem(outcome), max_age.as_secs() / 3600));
    }
    Verdict::Retry { until, pause }
}

/// Exponential backoff with full jitter: a time below `base * 2^attempts`, and below `longest`.
pub fn wait(backoff: Backoff, attempts: u32, chance: f64) -> Millis {
    let bound = as_millis(backoff.base)
        .saturating_mul(1u64.checked_shl(attempts).unwrap_or(u64::MAX))
        .min(as_millis(backoff.longest));
    // At least a millisecond, so that a try never follows the last without a breath.
    ((bound as f64 * chance.clamp(0.0, 1.0)) as Millis).max(1)
}

/// Reads `Retry-After` in both its forms, seconds and a date, as a wait from `now`.
pub fn retry_after(header: &str, now: Millis) -> Option<Millis> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(header.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1000));
    }
    let at = httpdate::parse_http_date(header).ok()?;
    let at = as_millis(at.duration_since(SystemTime::UNIX_EPOCH).ok()?);
    Some(at.saturating_sub(now))
}

fn as_millis(span: Duration) -> Millis {
    Millis::try_from(span.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tanish::time::HOUR;

    const BACKOFF: Backoff = Backoff { base: Duration::from_secs(1), longest: Duration::from_secs(300) };
    const AGE: Duration = Duration::from_secs(72 * 3600);

    fn answer(status: u16, retry_after: Option<Millis>) -> Outcome {
        Outcome::Answer { status, retry_after, body: String::new() }
    }

    fn first_try() -> Try {
        Try { attempts: 0, since: 1_000_000, now: 1_000_000, chance: 0.5 }
    }

    #[test]
    fn every_status_has_its_meaning() {
        for status in 100..=999 {
            let verdict = decide(&answer(status, None), first_try(), BACKOFF, AGE);
            match status {
                200..=299 => assert_eq!(verdict, Verdict::Delivered, "{status}"),
                408 | 425 | 500 | 501 | 505..=599 => {
                    assert_eq!(verdict, Verdict::Retry { until: 1_000_500, pause: false }, "{status}");
                }
                300..=399 | 401 | 403 | 404 => {
                    assert_eq!(verdict, Verdict::Retry { until: 1_030_000, pause: true }, "{status}");
                }
                429 | 502..=504 => {
                    assert_eq!(verdict, Verdict::Retry { until: 1_000_500, pause: true }, "{status}");
                }
                _ => assert_eq!(verdict, Verdict::Dead(format!("status {status} is final"))),
            }
        }
        let cut = Outcome::Transport("connection reset".into());
        assert_eq!(decide(&cut, first_try(), BACKOFF, AGE), Verdict::Retry { until: 1_000_500, pause: true });
    }

    #[test]
    fn waits_double_and_stay_bounded() {
        let bounds: Vec<Millis> = (0..12).map(|attempts| wait(BACKOFF, attempts, 1.0)).collect();
        assert_eq!(bounds[..4], [1_000, 2_000, 4_000, 8_000]);
        assert_eq!(bounds[8..], [256_000, 300_000, 300_000, 300_000]);
        assert_eq!(wait(BACKOFF, u32::MAX, 1.0), 300_000);
        assert_eq!(wait(BACKOFF, 5, 0.0), 1, "full jitter, but never at once");
    }

    #[test]
    fn retry_after_lengthens_the_wait_and_is_bounded() {
        let until = |wait| match decide(&answer(503, Some(wait)), first_try(), BACKOFF, AGE) {
            Verdict::Retry { until, pause: true } => until - 1_000_000,
            other => panic!("{other:?}"),
        };
        assert_eq!(until(60_000), 60_000);
        assert_eq!(until(0), 500, "an impatient answer does not shorten the backoff");
        assert_eq!(until(u64::MAX), DAY);
    }

    #[test]
    fn old_events_die() {
        let mut this = first_try();
        this.now = this.since + 72 * HOUR - 100;
        assert!(matches!(
            decide(&answer(503, None), this, BACKOFF, AGE),
            Verdict::Dead(reason) if reason == "status 503 for longer than 72 h"
        ));
        this.now = this.since + 72 * HOUR - 500;
        assert!(matches!(decide(&answer(503, None), this, BACKOFF, AGE), Verdict::Retry { .. }));
    }

    #[test]
    fn a_setting_has_until_the_end_to_be_mended() {
        let waits: Vec<Millis> = (0..4)
            .map(|attempts| {
                let this = Try { attempts, chance: 1.0, ..first_try() };
                match decide(&answer(401, None), this, BACKOFF, AGE) {
                    Verdict::Retry { until, pause: true } => until - this.now,
                    other => panic!("{other:?}"),
                }
            })
            .collect();
        assert_eq!(waits, [60_000, 120_000, 240_000, 300_000]);
        let old = Try { now: 1_000_000 + 72 * HOUR, ..first_try() };
        let dies = |status| match decide(&answer(status, None), old, BACKOFF, AGE) {
            Verdict::Dead(reason) => reason,
            other => panic!("{other:?}"),
        };
        assert!(dies(302).starts_with("status 302 (redirects are not followed: set `url`"), "{}", dies(302));
        assert!(dies(401).contains("`secret_env`") && dies(404).contains("`url`"));
        assert!(dies(404).ends_with(" for longer than 72 h"));
    }

    #[test]
    fn retry_after_reads_both_forms() {
        let now = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
        assert_eq!(retry_after("120", now), Some(120_000));
        assert_eq!(retry_after(" 0 ", now), Some(0));
        assert_eq!(retry_after("99999999999999999999999", now), Some(u64::MAX));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(60_000));
        assert_eq!(retry_after("Sunday, 06-Nov-94 08:50:37 GMT", now), Some(60_000));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(0), "the past means now");
        for nonsense in ["", "soon", "-5", "1.5"] {
            assert_eq!(retry_after(nonsense, now), None, "{nonsense:?}");
        }
    }
}
