//! From the text of a cell to a value.

use super::report::Problem;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// Longest id, in bytes.
pub(crate) const MAX_ID: usize = 256;
/// First and last plausible instant, in milliseconds since 1970: the years 1990 to 2099.
const YEARS: (i64, i64) = (631_152_000_000, 4_102_444_800_000);
/// Largest plausible number of pieces in a line.
const MAX_QUANTITY: f64 = 1e6;
/// Largest plausible amount of money in a line, in any currency.
const MAX_MONEY: f64 = 1e12;

/// What is the matter with a cell.
pub type Fault = (Problem, String);

/// An instant in milliseconds since 1970. A time without a zone is taken as UTC.
///
/// RFC 3339, `YYYY-MM-DD[ HH:MM[:SS]]`, `YYYYMMDD`, or seconds, milliseconds,
/// microseconds or nanoseconds since 1970.
pub fn timestamp(text: &str) -> Result<i64, Fault> {
    let millis = parse_timestamp(text).ok_or_else(|| {
        (Problem::BadTimestamp, format!("{:?} is no time: use 2026-11-22 14:30:00", clip(text)))
    })?;
    if (YEARS.0..YEARS.1).contains(&millis) {
        Ok(millis)
    } else {
        Err((Problem::Absurd, format!("{:?} is not between 1990 and 2099", clip(text))))
    }
}

/// [`timestamp`], and month first with strokes, as spreadsheets of some countries write it: `12/1/2010 8:26`.
pub(crate) fn timestamp_month_first(text: &str) -> Result<i64, Fault> {
    let civil = (text.len() <= 20 && text.contains('/'))
        .then(|| {
            ["%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y"].iter().find_map(|form| civil(form, text))
        })
        .flatten();
    timestamp(civil.as_deref().unwrap_or(text))
}

/// A time of a form in the form that [`timestamp`] reads.
fn civil(form: &str, text: &str) -> Option<String> {
    let broken = jiff::fmt::strtime::parse(form, text).ok()?;
    let time = broken.to_datetime().or_else(|_| broken.to_date().map(|date| date.at(0, 0, 0, 0)));
    time.ok().map(|time| time.to_string())
}

fn parse_timestamp(text: &str) -> Option<i64> {
    if let Some(millis) = plain_utc(text.as_bytes()) {
        return Some(millis);
    }
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let whole = text.split_once('.').map_or(text, |(whole, fraction)| {
        if fraction.bytes().all(|b| b.is_ascii_digit()) { whole } else { text }
    });
    if whole.bytes().all(|b| b.is_ascii_digit()) && whole.len() != 8 {
        let number: i64 = whole.parse().ok()?;
        return match whole.len() {
            9..=10 => number.checked_mul(1000),
            12..=13 => Some(number),
            15..=16 => Some(number / 1000),
            17..=19 => Some(number / 1_000_000),
            _ => None,
        };
    }
    let text = zone_as_suffix(text);
    let zoned = text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']));
    let instant: Timestamp = if zoned {
        text.parse().ok()?
    } else {
        text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()
    };
    Some(instant.as_millisecond())
}

/// `2026-11-22T14:30:00.000Z` and nothing else: the form of nearly all events, a tenth of the time of a
/// parser for every form. Days by the era method (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn plain_utc(text: &[u8]) -> Option<i64> {
    let &[
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b'T',
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
        b'.',
        f0,
        f1,
        f2,
        b'Z',
    ] = text
    else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let (year, month, day) = (number(&[y0, y1, y2, y3])?, number(&[m0, m1])?, number(&[d0, d1])?);
    let (hour, minute, second) = (number(&[h0, h1])?, number(&[n0, n1])?, number(&[s0, s1])?);
    let millis = number(&[f0, f1, f2])?;
    // Days 29 to 31 and leap seconds are left to the parser that knows the calendar.
    let plain = year >= 1970 && (1..=12).contains(&month) && (1..=28).contains(&day);
    if !plain || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (shifted_year / 400, shifted_year % 400);
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + millis)
}

/// `2026-11-22 14:30:00 +0500` and `… UTC`, as some exports write, without the blank.
fn zone_as_suffix(text: &str) -> Cow<'_, str> {
    match text.rsplit_once(' ') {
        Some((time, "UTC")) => Cow::Owned(format!("{time}Z")),
        Some((time, zone)) if zone.starts_with(['+', '-']) => Cow::Owned(format!("{time}{zone}")),
        _ => Cow::Borrowed(text),
    }
}

/// A plain decimal number: digits, a sign, a point; no currency, no blanks, no thousands marks.
pub fn number(text: &str) -> Result<f64, Fault> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    match text.parse::<f64>() {
        Ok(number) if plain && number.is_finite() => Ok(number),
        _ => Err((Problem::BadNumber, format!("{:?} is no plain number such as 1250.50", clip(text)))),
    }
}

/// A number of pieces.
pub fn quantity(text: &str) -> Result<f64, Fault> {
    bounded(text, MAX_QUANTITY, "a number of pieces")
}

/// An amount of money.
pub fn money(text: &str) -> Result<f64, Fault> {
    bounded(text, MAX_MONEY, "an amount of money")
}

fn bounded(text: &str, most: f64, what: &str) -> Result<f64, Fault> {
    let number = number(text)?;
    if number.abs() <= most {
        Ok(number)
    } else {
        Err((Problem::Absurd, format!("{:?} is beyond every sensible range for {what}", clip(text))))
    }
}

/// A price as feeds write it: a number, with or without a currency code (`129000.00 UZS`).
pub(crate) fn price(text: &str) -> Result<f64, Fault> {
    let is_code = |word: &str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_alphabetic());
    let number = match text.split_once(' ') {
        Some((number, code)) if is_code(code.trim()) => number,
        Some((code, number)) if is_code(code) => number.trim(),
        _ => text,
    };
    match money(number) {
        Ok(price) if price < 0.0 => Err((Problem::Absurd, format!("the price {:?} is negative", clip(text)))),
        other => other,
    }
}

/// An id: bounded, without control characters. A whole number written as a fraction (`17850.0`, as
/// data frames with gaps write it) loses the fraction, so that ids of different files meet.
pub fn id(text: &str) -> Result<&str, Fault> {
    if text.len() > MAX_ID {
        return Err((Problem::Overlong, format!("an id of {} bytes: {:?}…", text.len(), clip(text))));
    }
    if text.chars().any(char::is_control) {
        return Err((Problem::Absurd, format!("an id with control characters: {:?}", clip(text))));
    }
    let whole = text.strip_suffix(".0").filter(|whole| !whole.is_empty());
    Ok(whole.filter(|whole| whole.bytes().all(|b| b.is_ascii_digit())).unwrap_or(text))
}

/// Yes or no, in the words exports use.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "t" => Some(true),
        "0" | "false" | "no" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// The first characters, for messages.
pub fn clip(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_every_promised_form() {
        const NOON: i64 = 1_795_348_800_000;
        for text in [
            "2026-11-22T12:00:00Z",
            "2026-11-22T17:00:00+05:00",
            "2026-11-22 12:00:00.000Z",
            "2026-11-22 12:00:00",
            "2026-11-22 12:00",
            "2026-11-22T12:00:00.000",
            "2026-11-22 17:00:00 +0500",
            "2026-11-22 12:00:00 UTC",
            "1795348800",
            "1795348800.5",
            "1795348800000",
            "1795348800000000",
            "1795348800000000000",
        ] {
            assert_eq!(timestamp(text).map(|at| at / 1000 * 1000), Ok(NOON), "{text}");
        }
        let midnight = NOON - 12 * 3_600_000;
        assert_eq!(timestamp("2026-11-22"), Ok(midnight));
        assert_eq!(timestamp("20261122"), Ok(midnight));
        for text in
            ["", "yesterday", "22.11.2026", "11/22/2026 12:00", "2026-13-01", "20261340", "12", "٢٠٢٦"]
        {
            assert_eq!(timestamp(text).map_err(|fault| fault.0), Err(Problem::BadTimestamp), "{text}");
        }
        assert_eq!(timestamp("1895-01-01").map_err(|fault| fault.0), Err(Problem::Absurd));
    }

    #[test]
    fn the_quick_way_and_the_parser_agree() {
        let mut at = 0i64;
        while at < 4_000_000_000_000 {
            let text = tanish::time::rfc3339(at.unsigned_abs());
            assert_eq!(timestamp(&text).is_ok(), at >= YEARS.0, "{text}");
            assert_eq!(parse_timestamp(&text), Some(at), "{text}");
            at += 86_399_999 * 5 + 12_345;
        }
        for text in ["2026-02-30T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-01-01T24:00:00.000Z"] {
            assert!(timestamp(text).is_err(), "{text}");
        }
    }

    #[test]
    fn months_first_where_asked_for() {
        assert_eq!(timestamp_month_first("12/1/2010 8:26"), timestamp("2010-12-01 08:26"));
        assert_eq!(timestamp_month_first("1/31/2011 18:05:09"), timestamp("2011-01-31 18:05:09"));
        assert_eq!(timestamp_month_first("1/31/2011"), timestamp("2011-01-31"));
        assert_eq!(timestamp_month_first("2010-12-01 08:26:00"), timestamp("2010-12-01 08:26"));
        for text in ["31/1/2011 8:26", "13/13/2011", "1/2", "/", "12/1/10 8:26x"] {
            assert!(timestamp_month_first(text).is_err(), "{text}");
        }
        assert!(timestamp("12/1/2010 8:26").is_err(), "elsewhere it may be the 12th of January");
    }

    #[test]
    fn numbers_are_plain() {
        assert_eq!(number("1250.50"), Ok(1250.5));
        assert_eq!(number("-3"), Ok(-3.0));
        for text in ["", "1 250", "$3", "3,5", "inf", "NaN", "0x10", "1e999"] {
            assert_eq!(number(text).map_err(|fault| fault.0), Err(Problem::BadNumber), "{text}");
        }
        assert_eq!(quantity("10000000").map_err(|fault| fault.0), Err(Problem::Absurd));
        assert_eq!(price("129000.00 UZS"), Ok(129_000.0));
        assert_eq!(price("UZS 129000"), Ok(129_000.0));
        assert_eq!(price("12 000").map_err(|fault| fault.0), Err(Problem::BadNumber));
        assert_eq!(price("-1").map_err(|fault| fault.0), Err(Problem::Absurd));
    }

    #[test]
    fn ids_meet() {
        assert_eq!(id("17850.0"), Ok("17850"));
        assert_eq!(id("A.0"), Ok("A.0"));
        assert_eq!(id("85123A"), Ok("85123A"));
        assert!(id(&"x".repeat(257)).is_err());
        assert!(id("a\u{0}b").is_err());
    }
}
