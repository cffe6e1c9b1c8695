//! Where a visit came from.

use super::event::{Event, Key};

/// Source, as `google / cpc`, `newsletter`, `example.uz` or `direct`, and campaign.
pub(super) fn of(event: &Event<'_>) -> (String, Option<String>) {
    let address = event.text(Key::Search).or_else(|| event.text(Key::Url)).or_else(|| event.text(Key::Path));
    let parameter = |name: &str| address.as_deref().and_then(|address| query(address, name));
    let said = |key, name| event.text(key).map(|text| text.into_owned()).or_else(|| parameter(name));
    let campaign = said(Key::Campaign, "utm_campaign");
    if let Some(source) = said(Key::Source, "utm_source") {
        let medium = said(Key::Medium, "utm_medium").map_or(String::new(), |medium| format!(" / {medium}"));
        return (format!("{}{medium}", source.to_lowercase()), campaign);
    }
    for (mark, source) in [("gclid", "google / cpc"), ("fbclid", "facebook"), ("yclid", "yandex / cpc")] {
        if parameter(mark).is_some() {
            return (source.to_owned(), campaign);
        }
    }
    if let Some(from) = parameter("ref") {
        return (format!("ref {from}"), campaign);
    }
    let own = event.text(Key::Url).and_then(|url| host(&url).map(str::to_owned));
    let referrer = event.text(Key::Referrer);
    let from = referrer.as_deref().and_then(host).filter(|from| Some(*from) != own.as_deref());
    (from.map_or_else(|| "direct".to_owned(), str::to_owned), campaign)
}

/// The host of an address, without `www.`.
fn host(address: &str) -> Option<&str> {
    let rest = address.split_once("://")?.1;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    Some(host.strip_prefix("www.").unwrap_or(host)).filter(|host| !host.is_empty())
}

/// A parameter of an address's query.
fn query(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1.split('#').next()?;
    let value = query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))?.1;
    let value = value.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&value).decode_utf8_lossy();
    Some(decoded.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json;

    fn source(page: &str) -> (String, Option<String>) {
        let line = format!(r#"{{"context": {{"page": {page}}}}}"#);
        let mut event = Event::default();
        json::event(&line, &mut event).unwrap();
        of(&event)
    }

    #[test]
    fn the_most_telling_sign_counts() {
        let url = |rest: &str| {
            source(&format!(r#"{{"url": "https://shop.uz/{rest}", "referrer": "https://www.google.com/x"}}"#))
        };
        assert_eq!(
            url("?utm_source=Mail&utm_medium=letter&utm_campaign=new%20year"),
            ("mail / letter".into(), Some("new year".into()))
        );
        assert_eq!(url("?gclid=1").0, "google / cpc");
        assert_eq!(url("a").0, "google.com");
        assert_eq!(
            source(r#"{"url": "https://shop.uz/a", "referrer": "https://www.shop.uz/b"}"#).0,
            "direct"
        );
        assert_eq!(source(r#"{"referrer": "about:blank"}"#).0, "direct");
        assert_eq!(source("7").0, "direct");
        assert_eq!(source(r#"{"path": "/p?utm_source=tg"}"#).0, "tg");
    }
}
