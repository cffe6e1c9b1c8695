//! The key that signs webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use std::fmt;

/// Shortest key of the Standard Webhooks specification, in bytes.
const SHORTEST: usize = 24;

/// What a program shows to be let in. Never shown: `Debug` prints no part of it.
#[derive(Clone)]
pub struct ApiKey(Vec<u8>);

impl ApiKey {
    /// Takes a key.
    ///
    /// # Errors
    /// When it is shorter than 16 bytes.
    pub fn parse(text: &str) -> Result<ApiKey, &'static str> {
        let text = text.trim();
        if text.len() < 16 {
            return Err("is shorter than 16 characters; make one with `openssl rand -base64 24`");
        }
        Ok(ApiKey(digest::digest(&digest::SHA256, text.as_bytes()).as_ref().to_vec()))
    }

    /// Whether this is the key. Digests are compared: how long it takes tells nothing of the key.
    pub fn opens(&self, shown: &str) -> bool {
        digest::digest(&digest::SHA256, shown.as_bytes()).as_ref() == self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ApiKey(…)")
    }
}

/// A signing key. Never shown: `Debug` prints no part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Reads `whsec_<base64>`; the prefix may be absent.
    ///
    /// # Errors
    /// In words, without the text itself: not base64, or fewer than 24 bytes.
    pub fn parse(text: &str) -> Result<Secret, &'static str> {
        let text = text.trim();
        let key = STANDARD
            .decode(text.strip_prefix("whsec_").unwrap_or(text))
            .map_err(|_| "is not base64; make one with `echo whsec_$(openssl rand -base64 32)`")?;
        if key.len() < SHORTEST {
            return Err("is shorter than 24 bytes; make one with `echo whsec_$(openssl rand -base64 32)`");
        }
        Ok(Secret(key))
    }

    /// The key.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}
