//! Time as the library sees it: milliseconds since 1970, handed in by the caller.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = u64;

/// One minute, in milliseconds.
pub const MINUTE: Millis = 60_000;
/// One hour, in milliseconds.
pub const HOUR: Millis = 60 * MINUTE;
/// One day, in milliseconds.
pub const DAY: Millis = 24 * HOUR;
/// A month of 30.44 days (365.25 / 12), in milliseconds.
pub const MONTH: Millis = 2_629_800_000;
/// The last instant of the year 9999, the end of four-digit years.
pub const END: Millis = 253_402_300_799_999;

/// RFC 3339 in UTC with milliseconds, as in `2026-11-22T06:37:00.000Z`. Later times stand as [`END`].
///
/// Days to dates by the era method (Howard Hinnant, "chrono-compatible low-level date algorithms"):
/// a calendar library would cost the page more than this function.
pub fn rfc3339(at: Millis) -> String {
    let at = at.min(END);
    let (days, of_day) = (at / DAY, at % DAY);
    let (year, month, day) = civil(days);
    let (hour, minute) = (of_day / HOUR, of_day % HOUR / MINUTE);
    let (second, millis) = (of_day % MINUTE / 1000, of_day % 1000);
    let mut text = String::with_capacity(24);
    for (number, width, end) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (hour, 2, ':'),
        (minute, 2, ':'),
        (second, 2, '.'),
        (millis, 3, 'Z'),
    ] {
        for place in (0..width).rev() {
            text.push((b'0' + (number / 10u64.pow(place) % 10) as u8) as char);
        }
        text.push(end);
    }
    text
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(1_795_329_421_042), "2026-11-22T06:37:01.042Z");
        assert_eq!(rfc3339(u64::MAX), "9999-12-31T23:59:59.999Z");
    }
}
