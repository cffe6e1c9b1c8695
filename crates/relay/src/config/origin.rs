//! A web origin, as browsers write it.

use reqwest::Url;
use std::fmt;

/// `scheme://host[:port]`, in lower case and without a default port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    /// In words: what an origin looks like.
    pub fn parse(text: &str) -> Result<Origin, String> {
        let wrong = || {
            format!(
                "{text:?} is no origin; write scheme and host, as in \"https://shop.example.uz\", without a path"
            )
        };
        let url = Url::parse(text).map_err(|_| wrong())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous {
            return Err(wrong());
        }
        Ok(Origin(url.origin().ascii_serialization()))
    }

    /// As browsers send it in the `Origin` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_normal() {
        assert_eq!(
            Origin::parse("https://Shop.Example.uz:443/").unwrap().as_str(),
            "https://shop.example.uz"
        );
        assert_eq!(Origin::parse("http://127.0.0.1:8080").unwrap().as_str(), "http://127.0.0.1:8080");
    }

    #[test]
    fn what_is_no_origin() {
        for text in ["*", "null", "shop.uz", "https://shop.uz/cart", "ftp://shop.uz", "https://a@shop.uz", ""]
        {
            assert!(Origin::parse(text).unwrap_err().contains("https://shop.example.uz"), "{text}");
        }
    }
}
