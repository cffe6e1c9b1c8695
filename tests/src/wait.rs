//! Waiting for a condition. The limit is generous: it ends a hopeless wait, it measures nothing.

use crate::error::{Error, Result};
use std::fmt::Debug;
use std::future::Future;
use std::time::{Duration, Instant};

/// After this a condition counts as never coming true.
pub const LIMIT: Duration = Duration::from_secs(60);

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Looks until `enough` holds for what `look` sees, and returns that.
///
/// # Errors
/// The error of `look`, or a timeout that tells what was seen last.
pub async fn until<T, F>(what: &str, mut look: impl FnMut() -> F, enough: impl Fn(&T) -> bool) -> Result<T>
where
    T: Debug,
    F: Future<Output = Result<T>>,
{
    let started = Instant::now();
    loop {
        let seen = look().await?;
        if enough(&seen) {
            return Ok(seen);
        }
        if started.elapsed() > LIMIT {
            let seconds = LIMIT.as_secs();
            return Err(Error::Timeout { what: what.to_owned(), seconds, last: format!("{seen:?}") });
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_looks_until_it_is_enough() {
        let mut count = 0;
        let look = || {
            count += 1;
            std::future::ready(Ok(count))
        };
        assert_eq!(until("three", look, |seen| *seen == 3).await.unwrap(), 3);
    }
}
