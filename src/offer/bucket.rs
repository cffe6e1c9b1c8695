//! Buckets: where on the line from 0 to 1 a visitor stands, and which variation lies there.

use crate::value::Value;

/// A half-open part of the line from 0 to 1.
pub type Range = (f64, f64);

/// FNV-1a, 32 bits, over UTF-16 code units, as JavaScript's `charCodeAt` gives them.
fn fnv(parts: [&str; 2]) -> u32 {
    let units = parts.iter().flat_map(|part| part.encode_utf16());
    units.fold(0x811c_9dc5, |hash, unit| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

/// A place on the line from 0 to 1, the same for the same seed and value; `None` for an unknown version.
pub fn place(seed: &str, value: &str, version: f64) -> Option<f64> {
    if version == 2.0 {
        let inner = fnv([seed, value]).to_string();
        return Some(f64::from(fnv([&inner, ""]) % 10_000) / 10_000.0);
    }
    (version == 1.0).then(|| f64::from(fnv([value, seed]) % 1000) / 1000.0)
}

/// The same weight for each of `count` variations.
pub fn equal_weights(count: usize) -> Vec<f64> {
    vec![1.0 / count as f64; count]
}

/// The part of the line each variation covers; weights that do not fit count as equal.
pub fn ranges(count: usize, coverage: f64, weights: Option<&[f64]>) -> Vec<Range> {
    let coverage = coverage.clamp(0.0, 1.0);
    let equal;
    let weights = match weights {
        Some(weights) if weights.len() == count && fits(weights) => weights,
        _ => {
            equal = equal_weights(count);
            &equal
        }
    };
    let mut start = 0.0;
    let range = |weight: &f64| {
        let range = (start, start + coverage * weight);
        start += weight;
        range
    };
    weights.iter().map(range).collect()
}

fn fits(weights: &[f64]) -> bool {
    (0.99..=1.01).contains(&weights.iter().sum::<f64>())
}

/// Whether `at` lies in the range.
pub fn within(at: f64, range: Range) -> bool {
    at >= range.0 && at < range.1
}

/// The variation whose range holds `at`.
pub fn choose(at: f64, ranges: &[Range]) -> Option<usize> {
    ranges.iter().position(|range| within(at, *range))
}

/// A share of all visitors that experiments may divide among themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Namespace {
    seed: String,
    range: Range,
}

impl Namespace {
    /// Reads `[name, from, to]`.
    pub fn read(value: &Value) -> Option<Namespace> {
        let [name, from, to] = value.items() else { return None };
        let mut seed = "__".to_owned();
        seed.push_str(name.as_str()?);
        Some(Namespace { seed, range: (from.as_f64()?, to.as_f64()?) })
    }

    /// Whether a visitor with this hash value is inside.
    pub fn holds(&self, value: &str) -> bool {
        place(&self.seed, value, 1.0).is_some_and(|at| within(at, self.range))
    }
}

/// Reads `[from, to]`.
pub fn read_range(value: &Value) -> Option<Range> {
    let [from, to] = value.items() else { return None };
    Some((from.as_f64()?, to.as_f64()?))
}

/// The variation a query string forces: `?<key>=<number>`.
pub fn query_override(key: &str, url: &str, count: usize) -> Option<usize> {
    let search = url.split('?').nth(1)?;
    let search = search.split('#').next()?;
    let pairs = search.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, text) = pairs.into_iter().find(|(name, _)| *name == key)?;
    let text = text.split('=').next()?;
    let chosen = whole_part(text)?;
    (chosen < count as f64).then_some(chosen as usize)
}

/// `parseInt`, of what is not negative.
fn whole_part(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let text = text.strip_prefix('+').unwrap_or(text);
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = hex.map_or((text, 10), |digits| (digits, 16));
    let mut read = digits.chars().map_while(|char| char.to_digit(radix)).peekable();
    read.peek()?;
    Some(read.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_is_on_the_line_and_stays(seed in ".{0,12}", value in ".{0,12}") {
            for version in [1.0, 2.0] {
                let at = place(&seed, &value, version).unwrap();
                prop_assert!((0.0..1.0).contains(&at));
                prop_assert_eq!(place(&seed, &value, version), Some(at));
            }
            prop_assert_eq!(place(&seed, &value, 3.0), None);
        }

        #[test]
        fn ranges_never_overlap_and_cover_what_was_asked(
            weights in proptest::collection::vec(0.0..1.0f64, 2..8), coverage in -0.5..1.5f64
        ) {
            let ranges = ranges(weights.len(), coverage, Some(&weights));
            prop_assert_eq!(ranges.len(), weights.len());
            for pair in ranges.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].0 + 1e-12);
            }
            let covered: f64 = ranges.iter().map(|range| range.1 - range.0).sum();
            prop_assert!((covered - coverage.clamp(0.0, 1.0)).abs() < 0.011);
        }

        #[test]
        fn any_address_forces_a_variation_or_none(url in ".{0,60}", count in 0usize..5) {
            prop_assert!(query_override("a", &url, count).is_none_or(|chosen| chosen < count));
        }
    }

    #[test]
    fn shares_are_even() {
        // Chi-square with 9 degrees of freedom; 33.7 is passed by one honest hash in ten thousand.
        for version in [1.0, 2.0] {
            let mut counts = [0.0f64; 10];
            let visitors = 50_000;
            for visitor in 0..visitors {
                let at = place("hero", &format!("0193b1c0-visitor-{visitor}"), version).unwrap();
                counts[(at * 10.0) as usize] += 1.0;
            }
            let expected = f64::from(visitors) / 10.0;
            let chi: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
            assert!(chi < 33.7, "version {version}: {chi} {counts:?}");
        }
    }
}
