//! `relay.toml` as written, and its way into a [`Config`].

use super::table::{self, DestinationTable};
use super::{ApiKey, Config, ConfigError, Cookie, Origin, Place};
use serde::Deserialize;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tanish::visitor::cookie::valid_domain;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    data: Spanned<PathBuf>,
    #[serde(default)]
    origins: Vec<Spanned<String>>,
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    #[serde(default)]
    write_keys: Vec<Spanned<String>>,
    api_key_env: Option<Spanned<String>>,
    requests_per_second: Option<Spanned<u64>>,
    #[serde(default)]
    behind_proxy: bool,
    #[serde(default)]
    retention: RetentionTable,
    #[serde(default)]
    cookie: CookieTable,
    #[serde(default, rename = "destination")]
    destinations: Vec<DestinationTable>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionTable {
    ids_days: Option<Spanned<u64>>,
    log_days: Option<Spanned<u64>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CookieTable {
    domain: Option<Spanned<String>>,
    #[serde(default)]
    secure: bool,
}

/// Looks up an environment variable.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The file at hand, to name places in it.
pub(super) struct Source<'a> {
    text: &'a str,
    path: &'a Path,
    /// `None` leaves secrets out.
    pub environment: Option<Environment<'a>>,
}

impl Source<'_> {
    /// A path as written: relative ones lie beside the configuration.
    pub fn beside(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or_else(|| Path::new("")).join(path)
    }

    /// The value of an environment variable.
    pub fn variable(&self, name: &str) -> Result<String, String> {
        let value = self.environment.and_then(|environment| environment(name));
        match value.as_deref().map(str::trim) {
            None => {
                Err(format!("the environment variable {name} is not set; set it before the relay starts"))
            }
            Some("") => {
                Err(format!("the environment variable {name} is empty; set it before the relay starts"))
            }
            Some(value) => Ok(value.to_owned()),
        }
    }

    pub fn wrong(&self, field: &'static str, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        let place = Place::at(self.text, span.start);
        ConfigError::Value { path: self.path.to_owned(), place, field, message: message.into() }
    }

    pub fn number(
        &self,
        field: &'static str,
        value: Option<&Spanned<u64>>,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, ConfigError> {
        let Some(value) = value else { return Ok(None) };
        let number = *value.get_ref();
        if range.contains(&number) {
            return Ok(Some(number));
        }
        let (least, most) = (range.start(), range.end());
        Err(self.wrong(field, value.span(), format!("{number} is out of range; use {least} to {most}")))
    }
}

/// See [`Config::parse`]. Without an `environment` secrets are left out.
pub fn parse(text: &str, path: &Path, environment: Option<Environment<'_>>) -> Result<Config, ConfigError> {
    let file: File = toml::from_str(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        place: Place::at(text, error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })?;
    let source = Source { text, path, environment };
    if file.data.get_ref().as_os_str().is_empty() {
        return Err(source.wrong("data", file.data.span(), "is empty; name a folder, as in \"relay-data\""));
    }
    let mut config = Config::new(source.beside(file.data.get_ref()));
    config.listen = file.listen.unwrap_or(config.listen);
    for origin in &file.origins {
        let parsed = Origin::parse(origin.get_ref());
        config.origins.push(parsed.map_err(|message| source.wrong("origins", origin.span(), message))?);
    }
    for host in file.hosts {
        if !valid_domain(host.get_ref()) {
            let message = "is no host name; write one as in \"events.example.uz\", without scheme and port";
            return Err(source.wrong("hosts", host.span(), message));
        }
        config.hosts.push(host.into_inner());
    }
    for key in file.write_keys {
        if key.get_ref().is_empty() {
            return Err(source.wrong("write_keys", key.span(), "an empty key lets nobody in; remove it"));
        }
        config.write_keys.push(key.into_inner());
    }
    if let Some(variable) = &file.api_key_env
        && source.environment.is_some()
    {
        let wrong = |message: String| source.wrong("api_key_env", variable.span(), message);
        let value = source.variable(variable.get_ref()).map_err(wrong)?;
        let wrong =
            |problem: &str| source.wrong("api_key_env", variable.span(), format!("the value {problem}"));
        config.api_key = Some(ApiKey::parse(&value).map_err(wrong)?);
    }
    let rate = source.number("requests_per_second", file.requests_per_second.as_ref(), 1..=1_000_000)?;
    config.requests_per_second = rate.and_then(|rate| u32::try_from(rate).ok()).and_then(NonZeroU32::new);
    config.behind_proxy = file.behind_proxy;
    let day = |days: u64| Duration::from_secs(days * 86_400);
    if let Some(days) = source.number("retention.ids_days", file.retention.ids_days.as_ref(), 30..=3650)? {
        config.retention.ids = day(days);
    }
    let days = source.number("retention.log_days", file.retention.log_days.as_ref(), 1..=36_500)?;
    config.retention.log = days.map(day);
    config.cookie = cookie(&source, file.cookie)?;
    let mut names = HashSet::new();
    for table in file.destinations {
        if !names.insert(table.name.get_ref().clone()) {
            let message = format!("{:?} stands twice; give each its own name", table.name.get_ref());
            return Err(source.wrong("destination.name", table.name.span(), message));
        }
        config.destinations.push(table::read(&source, &table)?);
    }
    Ok(config)
}

fn cookie(source: &Source<'_>, table: CookieTable) -> Result<Cookie, ConfigError> {
    if let Some(domain) = &table.domain
        && !valid_domain(domain.get_ref())
    {
        let message = "is no host name; write one as in \"example.uz\", without scheme and port";
        return Err(source.wrong("cookie.domain", domain.span(), message));
    }
    Ok(Cookie { domain: table.domain.map(Spanned::into_inner), secure: table.secure })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn read(text: &str) -> Result<Config, ConfigError> {
        let environment = |name: &str| (name == "CRM_SECRET").then(|| SECRET.to_owned());
        parse(text, Path::new("etc/relay.toml"), Some(&environment))
    }

    fn destination(lines: &str) -> String {
        format!(
            "data = \"d\"\n[[destination]]\nname = \"crm\"\npreset = \"webhook\"\nurl = \"https://crm.uz/\"\n{lines}\n"
        )
    }

    #[test]
    fn defaults_stand_for_what_is_left_out() {
        let config = read(&destination("")).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8787");
        assert_eq!(config.data, Path::new("etc/d"));
        let crm = &config.destinations[0];
        assert_eq!((crm.batch, crm.timeout.as_secs(), crm.max_age.as_secs() / 3600), (1, 10, 72));
        assert!(crm.target.secret_values().next().is_none());
    }

    #[test]
    fn every_key_is_read() {
        let lines = "secret_env = \"CRM_SECRET\"\ntimeout_ms = 500\nmax_age_hours = 2\nbatch = 50\n\
                     backoff_ms = 20\nbackoff_max_ms = 900";
        let head = "listen = \"0.0.0.0:80\"\norigins = [\"https://shop.uz\"]\nhosts = [\"events.shop.uz\"]\nwrite_keys = [\"k\"]\n\
                    cookie = { domain = \"shop.uz\", secure = true }\n";
        let config = read(&format!("{head}{}", destination(lines))).unwrap();
        assert_eq!(config.cookie, Cookie { domain: Some("shop.uz".into()), secure: true });
        assert_eq!(config.origins[0].as_str(), "https://shop.uz");
        assert_eq!(config.hosts, ["events.shop.uz"]);
        let crm = &config.destinations[0];
        assert_eq!(crm.target.secret_values().collect::<Vec<_>>(), [SECRET]);
        assert_eq!((crm.timeout.as_millis(), crm.batch), (500, 50));
        assert_eq!((crm.backoff.base.as_millis(), crm.backoff.longest.as_millis()), (20, 900));
    }

    #[test]
    fn faults_name_place_and_mend() {
        for (text, expected) in [
            ("data = \"d\"\norigin = []", "etc/relay.toml:2:1: unknown field `origin`, expected one of"),
            ("listen = \"x\"\ndata = \"d\"", "etc/relay.toml:1:10: invalid socket address"),
            ("data = ", "etc/relay.toml:1:8: "),
            ("listen = \"0.0.0.0:80\"", "missing field `data`"),
            ("data = \"\"", "etc/relay.toml:1:8: data: is empty"),
            ("data = \"d\"\norigins = [\"*\"]", "etc/relay.toml:2:12: origins: \"*\" is no origin"),
            ("data = \"d\"\nhosts = [\"https://a.uz\"]", "2:10: hosts: is no host name; write one as in"),
            ("data = \"d\"\nhosts = [\"a.uz:80\"]", "2:10: hosts: is no host name"),
            ("data = \"d\"\nwrite_keys = [\"\"]", "2:15: write_keys: an empty key"),
            ("data = \"d\"\ncookie = { domain = \"https://a\" }", "2:21: cookie.domain: is no host name"),
            (&destination("batch = 0"), "6:9: destination.batch: 0 is out of range; use 1 to 500"),
            (&destination("timeout_ms = 1"), "6:14: destination.timeout_ms: 1 is out of range; use 100 to"),
            (
                &destination("secret_env = \"NO\""),
                "6:14: destination.secret_env: the environment variable NO",
            ),
            (&destination("retries = 3"), "6:1: unknown field `retries`, expected one of `name`"),
            (
                &destination("").replace("webhook", "hubspt"),
                "4:10: destination.preset: there is no preset \"hubspt\"",
            ),
            (
                &destination("").replace("https://crm.uz/", "crm.uz"),
                "5:7: destination.url: \"crm.uz\" is no URL",
            ),
            (&destination("").replace("https://", "https://u:p@"), "has a user or password in it"),
            (&destination("").replace("https://", "ftp://"), "the scheme `ftp` is not supported; use https"),
            (&destination("").replace("\"crm\"", "\"c r\""), "3:8: destination.name: \"c r\" is no name"),
            (&destination(&destination("")[11..]), "\"crm\" stands twice; give each its own name"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{text}\ngave: {message}\nnot:  {expected}");
            assert!(!message.contains("u:p"), "{message}");
        }
    }

    #[test]
    fn secrets_can_be_left_out() {
        let text = destination("secret_env = \"NOWHERE\"");
        assert!(
            parse(&text, Path::new("relay.toml"), None).unwrap().destinations[0]
                .target
                .secret_values()
                .next()
                .is_none()
        );
    }

    #[test]
    fn the_readmes_example_is_read() {
        let readme = include_str!("../../README.md");
        let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let config = read(example).unwrap();
        assert_eq!(config.destinations.len(), 1);
        assert_eq!(config.destinations[0].name, "crm");
    }
}
