//! Numbers as people read them: a thin space between thousands, a true minus, a blank before the percent sign.

use tanish::time::rfc3339;

/// `1 234.5`: two digits after the point for small numbers, none for large.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "–".into() } else { "∞".into() };
    }
    if value == 0.0 {
        return "0".into();
    }
    let digits = match value.abs() {
        size if size >= 1000.0 || (value.fract() == 0.0 && size >= 1.0) => 0,
        size if size >= 0.01 => 2,
        _ => 4,
    };
    let text = format!("{:.digits$}", value.abs());
    let (whole, fraction) =
        text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        out.push('−');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A count.
pub(crate) fn count(value: u64) -> String {
    number(value as f64)
}

/// A share, as in `3.67 %`.
pub(crate) fn percent(share: f64) -> String {
    let value = share * 100.0;
    if !value.is_finite() {
        return number(value);
    }
    let digits = if value.abs() >= 1000.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.digits$}");
    format!("{}\u{a0}%", minus(&text))
}

/// A change, as in `+87.5 %`.
pub(crate) fn signed_percent(share: f64) -> String {
    let value = share * 100.0;
    if !value.is_finite() {
        return if value.is_nan() {
            "–".into()
        } else if value > 0.0 {
            "any more".into()
        } else {
            "any less".into()
        };
    }
    format!("{}\u{a0}%", minus(&format!("{value:+.1}")))
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// A p-value.
pub(crate) fn chance(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".into() } else { format!("{p:.4}") }
}

/// A day, as in `2026-11-22`.
pub(crate) fn day(at: i64) -> String {
    rfc3339(u64::try_from(at).unwrap_or(0))[..10].to_owned()
}

/// A month, as in `2026-11`.
pub(crate) fn month(at: i64) -> String {
    rfc3339(u64::try_from(at).unwrap_or(0))[..7].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_managers_write_them() {
        assert_eq!(percent(0.0367), "3.67\u{a0}%");
        assert_eq!(signed_percent(0.8747), "+87.5\u{a0}%");
        assert_eq!(signed_percent(-0.031), "−3.1\u{a0}%");
        assert_eq!(number(1_234_567.0), "1\u{202f}234\u{202f}567");
        assert_eq!(
            (number(-0.5), number(-0.00001), number(12.0)),
            ("−0.50".into(), "0.0000".into(), "12".into())
        );
        assert_eq!((number(f64::NAN), number(f64::INFINITY)), ("–".into(), "∞".into()));
        assert_eq!((chance(0.00001).as_str(), chance(0.5).as_str()), ("< 0.0001", "0.5000"));
        assert_eq!(day(1_795_329_421_042), "2026-11-22");
    }
}
