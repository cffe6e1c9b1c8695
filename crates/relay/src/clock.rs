//! The one place that asks the machine for the time.

use std::time::SystemTime;
use tanish::time::Millis;

/// Now, in milliseconds since 1970. A clock set before 1970 reads as 1970.
pub fn now() -> Millis {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX))
}
