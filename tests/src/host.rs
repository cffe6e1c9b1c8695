//! JavaScript's ways, natively: what the engine of campaigns asks of its host.

use aes::cipher::{BlockDecryptMut as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::cell::RefCell;
use std::collections::HashMap;
use tanish::offer::{Address, Host};
use url::Url;

/// An ECMAScript engine for texts, and the WHATWG's addresses.
#[derive(Default)]
pub struct NativeHost {
    patterns: RefCell<HashMap<(String, bool), Option<regress::Regex>>>,
}

impl Host for NativeHost {
    fn matches(&self, pattern: &str, insensitive: bool, text: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        let compiled = patterns
            .entry((pattern.to_owned(), insensitive))
            .or_insert_with(|| regress::Regex::with_flags(pattern, if insensitive { "i" } else { "" }).ok());
        compiled.as_ref().is_some_and(|pattern| pattern.find(text).is_some())
    }

    fn lower(&self, text: &str) -> String {
        text.to_lowercase()
    }

    fn number(&self, number: f64) -> String {
        number_text(number)
    }

    fn address(&self, text: &str, base: &str) -> Option<Address> {
        let url = Url::parse(base).ok()?.join(text).ok()?;
        let after = |mark: &str, part: Option<&str>| {
            part.filter(|part| !part.is_empty()).map(|part| format!("{mark}{part}"))
        };
        let port = after(":", url.port().map(|port| port.to_string()).as_deref()).unwrap_or_default();
        let host = format!("{}{port}", url.host_str().unwrap_or_default());
        Some(Address {
            href: url.to_string(),
            origin: format!("{}://{host}", url.scheme()),
            host,
            path: url.path().to_owned(),
            hash: after("#", url.fragment()).unwrap_or_default(),
            query: url.query_pairs().into_owned().collect(),
        })
    }

    fn carry_query(&self, from: &str, to: &str) -> String {
        let (Ok(from), Ok(mut url)) = (Url::parse(from), Url::parse(to)) else { return to.to_owned() };
        for (name, value) in from.query_pairs() {
            if !url.query_pairs().any(|(own, _)| own == name) {
                url.query_pairs_mut().append_pair(&name, &value);
            }
        }
        url.to_string()
    }
}

/// `String(number)`: the shortest digits that read back as the number, with an exponent past 21 places.
fn number_text(number: f64) -> String {
    let scientific = format!("{:e}", number.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let plain = if (-6..21).contains(&exponent) {
        format!("{}", number.abs())
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{}", exponent.abs())
    };
    if number < 0.0 { format!("-{plain}") } else { plain }
}

/// Decrypts a payload as GrowthBook encrypts it: AES-128-CBC, `iv.text`, all in base64.
pub fn decrypt(payload: &str, key: &str) -> Option<String> {
    let (iv, text) = payload.split_once('.')?;
    let read = |text: &str| STANDARD.decode(text).ok();
    let decryptor = cbc::Decryptor::<aes::Aes128>::new_from_slices(&read(key)?, &read(iv)?).ok()?;
    String::from_utf8(decryptor.decrypt_padded_vec_mut::<Pkcs7>(&read(text)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        for (number, text) in [
            (0.1, "0.1"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (1e-7, "1e-7"),
            (0.000_002, "0.000002"),
            (1e23, "1e+23"),
            (-1.5, "-1.5"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
        ] {
            assert_eq!(super::number_text(number), text);
        }
    }
}
