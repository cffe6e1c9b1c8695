//! What a destination's answer means. Functions of values: no clock, no network, no chance.

use crate::config::Backoff;
use crate::preset::Judgement;
use std::time::{Duration, SystemTime};
use tanish::time::{DAY, Millis};

/// The longest wait a destination may ask for.
const LONGEST_RETRY_AFTER: Millis = DAY;
/// Times the usual wait, where a setting must be mended first: a minute by default.
const SETTING: u32 = 60;
/// So many refusals in a row, and nothing taken between, speak of the key and not of the events.
pub const SUSPICIOUS: u32 = 3;

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The destination answered.
    Answer {
        /// HTTP status.
        status: u16,
        /// The wait it asked for, from now.
        retry_after: Option<Millis>,
        /// The body, as far as it is read.
        body: Vec<u8>,
    },
    /// No answer: refused, cut off, too slow.
    Transport(String),
}

/// What to do with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is there, or has no business there.
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

/// Whether it takes a person to mend it: who needs longer than a restart.
pub fn needs_mending(judgement: &Judgement) -> bool {
    matches!(judgement, Judgement::Locked(_) | Judgement::Refused(_))
}

/// The backoff after a judgement.
pub fn patience(judgement: &Judgement, backoff: Backoff) -> Backoff {
    if needs_mending(judgement) {
        Backoff { base: backoff.base.saturating_mul(SETTING), ..backoff }
    } else {
        backoff
    }
}

/// A judgement in words, for the log and the dead letter: never the answer's body, which may repeat what
/// was sent.
pub fn problem(judgement: &Judgement) -> &str {
    match judgement {
        Judgement::Delivered => "delivered",
        Judgement::Skipped(reason)
        | Judgement::Retry { reason, .. }
        | Judgement::Locked(reason)
        | Judgement::Refused(reason)
        | Judgement::Dead(reason)
        | Judgement::Split(reason) => reason,
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
    /// Events the destination refused in a row, this one included.
    pub refused: u32,
}

/// Decides over one event. A refusal (403, 404) ends the event, unless it is one in a row of
/// [`SUSPICIOUS`] or more: then the whole destination waits until somebody mends its settings.
pub fn decide(judgement: &Judgement, this: Try, backoff: Backoff, max_age: Duration) -> Verdict {
    let (after, pause) = match judgement {
        Judgement::Delivered | Judgement::Skipped(_) => return Verdict::Delivered,
        Judgement::Retry { after, pause, .. } => (*after, *pause || after.is_some()),
        Judgement::Locked(_) => (None, true),
        Judgement::Refused(_) if this.refused >= SUSPICIOUS => (None, true),
        Judgement::Refused(reason) | Judgement::Dead(reason) | Judgement::Split(reason) => {
            return Verdict::Dead(reason.clone());
        }
    };
    let backoff = patience(judgement, backoff);
    let asked = after.unwrap_or(0).saturating_mul(1000).min(LONGEST_RETRY_AFTER);
    let until = this.now.saturating_add(wait(backoff, this.attempts, this.chance).max(asked));
    let give_up_at = this.since.saturating_add(as_millis(max_age));
    if until > give_up_at {
        let hours = max_age.as_secs() / 3600;
        return Verdict::Dead(format!("{} for longer than {hours} h", problem(judgement)));
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

/// Milliseconds of a span.
pub fn as_millis(span: Duration) -> Millis {
    Millis::try_from(span.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tanish::time::HOUR;

    const BACKOFF: Backoff = Backoff { base: Duration::from_secs(1), longest: Duration::from_secs(300) };
    const AGE: Duration = Duration::from_secs(72 * 3600);

    fn retry(after: Option<u64>, pause: bool) -> Judgement {
        Judgement::Retry { reason: "send: status 503".into(), after, pause }
    }

    fn first_try() -> Try {
        Try { attempts: 0, since: 1_000_000, now: 1_000_000, chance: 0.5, refused: 1 }
    }

    #[test]
    fn every_judgement_has_its_verdict() {
        let verdict = |judgement: &Judgement| decide(judgement, first_try(), BACKOFF, AGE);
        assert_eq!(verdict(&Judgement::Delivered), Verdict::Delivered);
        assert_eq!(verdict(&Judgement::Skipped("no place".into())), Verdict::Delivered);
        assert_eq!(verdict(&retry(None, false)), Verdict::Retry { until: 1_000_500, pause: false });
        assert_eq!(verdict(&retry(None, true)), Verdict::Retry { until: 1_000_500, pause: true });
        assert_eq!(
            verdict(&Judgement::Locked("401".into())),
            Verdict::Retry { until: 1_030_000, pause: true }
        );
        assert_eq!(
            verdict(&Judgement::Dead("send: status 422".into())),
            Verdict::Dead("send: status 422".into())
        );
    }

    #[test]
    fn one_refusal_ends_an_event_and_many_in_a_row_stop_the_destination() {
        let refused = Judgement::Refused("send: status 403".into());
        let after = |refusals| decide(&refused, Try { refused: refusals, ..first_try() }, BACKOFF, AGE);
        assert_eq!(after(1), Verdict::Dead("send: status 403".into()));
        assert_eq!(after(SUSPICIOUS - 1), Verdict::Dead("send: status 403".into()));
        assert_eq!(after(SUSPICIOUS), Verdict::Retry { until: 1_030_000, pause: true });
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
        let until = |seconds| match decide(&retry(Some(seconds), false), first_try(), BACKOFF, AGE) {
            Verdict::Retry { until, pause: true } => until - 1_000_000,
            other => panic!("{other:?}"),
        };
        assert_eq!(until(60), 60_000);
        assert_eq!(until(0), 500, "an impatient answer does not shorten the backoff");
        assert_eq!(until(u64::MAX), DAY);
    }

    #[test]
    fn old_events_die() {
        let mut this = first_try();
        this.now = this.since + 72 * HOUR - 100;
        assert!(matches!(
            decide(&retry(None, true), this, BACKOFF, AGE),
            Verdict::Dead(reason) if reason == "send: status 503 for longer than 72 h"
        ));
        this.now = this.since + 72 * HOUR - 500;
        assert!(matches!(decide(&retry(None, true), this, BACKOFF, AGE), Verdict::Retry { .. }));
    }

    #[test]
    fn a_setting_has_until_the_end_to_be_mended() {
        let locked = Judgement::Locked("send: status 401".into());
        let waits: Vec<Millis> = (0..4)
            .map(|attempts| {
                let this = Try { attempts, chance: 1.0, ..first_try() };
                match decide(&locked, this, BACKOFF, AGE) {
                    Verdict::Retry { until, pause: true } => until - this.now,
                    other => panic!("{other:?}"),
                }
            })
            .collect();
        assert_eq!(waits, [60_000, 120_000, 240_000, 300_000]);
        let old = Try { now: 1_000_000 + 72 * HOUR, ..first_try() };
        assert!(matches!(
            decide(&locked, old, BACKOFF, AGE),
            Verdict::Dead(reason) if reason.ends_with("401 for longer than 72 h")
        ));
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
