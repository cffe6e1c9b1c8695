//! When to try again: exponential backoff with full jitter (Brooker, "Exponential Backoff and
//! Jitter", 2015), and what an answer means.

use crate::time::{MINUTE, Millis};

/// First step of the backoff.
const BASE: Millis = 1_000;
/// Longest backoff.
const CAP: Millis = 5 * MINUTE;
/// Longest `Retry-After` that is obeyed: past it the visitor has left anyway.
const LONGEST_WISH: Millis = 60 * MINUTE;

/// Milliseconds to wait before try number `attempt` + 1 (`attempt` from 1); `unit` is random in
/// `0.0..1.0`. What the server asked for is the least that is waited.
pub fn delay(attempt: u32, unit: f64, retry_after: Option<Millis>) -> Millis {
    let ceiling = BASE.saturating_mul(1 << attempt.clamp(1, 16)).min(CAP) as f64;
    let jittered = (ceiling * unit).max(BASE as f64 / 2.0) as Millis;
    jittered.max(retry_after.unwrap_or(0).min(LONGEST_WISH))
}

/// What the endpoint's answer to a batch means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The endpoint has the batch.
    Delivered,
    /// The batch cannot be taken as it is: try a smaller one. A single event that is turned away
    /// again and again is refused for good, or all behind it would wait for ever.
    TooMuch,
    /// Try again later.
    Later,
}

/// Reads a status; 0 stands for no answer at all. A wrong key or path (401, 403, 404) is mended in
/// the shop's settings, so those events wait too.
pub fn verdict(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Delivered,
        400 | 413 | 422 => Verdict::TooMuch,
        _ => Verdict::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_bounded() {
        assert_eq!(delay(1, 0.0, None), 500);
        assert_eq!(delay(1, 0.5, None), 1_000);
        assert_eq!(delay(4, 0.5, None), 8_000);
        assert_eq!(delay(1000, 0.999_999, None), 299_999);
        assert_eq!(delay(1, 0.0, Some(7_000)), 7_000);
        assert_eq!(delay(1, 0.0, Some(u64::MAX)), LONGEST_WISH);
    }

    #[test]
    fn answers() {
        assert_eq!([202, 413, 0].map(verdict), [Verdict::Delivered, Verdict::TooMuch, Verdict::Later]);
        assert_eq!([401, 429, 503].map(verdict), [Verdict::Later; 3]);
    }
}
