//! What the engine asks of whoever runs it: JavaScript's own ways with texts.
//!
//! The language is defined by JavaScript: its regular expressions, its addresses, its way to write a
//! number. In the page they are there already and cost no byte; natively a test or a server brings them.

/// Parts of an address, as the WHATWG's URL standard cuts it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Address {
    /// The whole address, normalised.
    pub href: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Host and port.
    pub host: String,
    /// The path, beginning with a slash.
    pub path: String,
    /// The fragment with its `#`, or nothing.
    pub hash: String,
    /// The query's names and values, decoded, in order.
    pub query: Vec<(String, String)>,
}

/// JavaScript's ways, brought by the driver.
pub trait Host {
    /// `new RegExp(pattern, insensitive ? "i" : "").test(text)`; an invalid pattern matches nothing.
    fn matches(&self, pattern: &str, insensitive: bool, text: &str) -> bool;

    /// `text.toLowerCase()`, asked only for texts beyond ASCII.
    fn lower(&self, text: &str) -> String;

    /// `String(number)`, asked only for numbers that are no safe integers.
    fn number(&self, number: f64) -> String;

    /// `new URL(text, base)`; `None` where that throws.
    fn address(&self, text: &str, base: &str) -> Option<Address>;

    /// `to` with those parameters of `from` that it does not set itself; `to` where either is no address.
    fn carry_query(&self, from: &str, to: &str) -> String;
}

/// The text JavaScript makes of a number.
pub(super) fn number_text(number: f64, host: &dyn Host) -> String {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    if number.trunc() == number && number.abs() <= SAFE {
        return (number as i64).to_string();
    }
    host.number(number)
}

/// Lower case, by the host beyond ASCII: Rust's tables would cost the module kilobytes.
pub(super) fn lower(text: &str, host: &dyn Host) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { host.lower(text) }
}
