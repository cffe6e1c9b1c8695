//! The relay's configuration: from `relay.toml`, or made in code.

mod destination;
mod error;
mod file;
mod origin;
mod secret;
mod table;

pub use destination::{Backoff, Destination};
pub use error::{ConfigError, Place};
pub use origin::Origin;
pub use secret::{ApiKey, Secret};

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everything a relay needs to know.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where `tanish relay` listens. Default: `127.0.0.1:8787`.
    pub listen: SocketAddr,
    /// The folder of the queue (`relay.sqlite`) and the event log (`events/*.jsonl`).
    pub data: PathBuf,
    /// Origins that may post besides the relay's own. Empty: the same origin only.
    pub origins: Vec<Origin>,
    /// Names the relay is reached by, without port, besides `localhost` and IP addresses. Pages of these
    /// hosts are the relay's own; a name not listed may be a stranger's that points here.
    pub hosts: Vec<String>,
    /// Keys a client must show one of. Empty: none asked. They stand in public pages: they tell shops
    /// apart and keep noise out, no more.
    pub write_keys: Vec<String>,
    /// How the visitor's cookie is set.
    pub cookie: Cookie,
    /// What opens `/v1/customers` and `/v1/import`. None: nobody may.
    pub api_key: Option<ApiKey>,
    /// Requests a second one client may make, by its address; more are told to come back. None: no limit.
    pub requests_per_second: Option<std::num::NonZeroU32>,
    /// Whether a proxy stands before the relay, whose `X-Forwarded-For` then names the client.
    pub behind_proxy: bool,
    /// How long what is kept.
    pub retention: Retention,
    /// Where events go.
    pub destinations: Vec<Destination>,
}

/// How long what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retention {
    /// Ids of events, to know a repeat by. Default: 35 days.
    pub ids: Duration,
    /// Files of the event log. Default: for ever.
    pub log: Option<Duration>,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { ids: Duration::from_secs(35 * 86_400), log: None }
    }
}

/// How the visitor's cookie is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cookie {
    /// Shares the cookie over subdomains, as in `example.uz`. Default: this host only.
    pub domain: Option<String>,
    /// Always `Secure`. Default: where the request says it came over https.
    pub secure: bool,
}

impl Config {
    /// A relay without destinations that keeps its data in this folder.
    pub fn new(data: impl Into<PathBuf>) -> Config {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)),
            data: data.into(),
            origins: Vec::new(),
            hosts: Vec::new(),
            write_keys: Vec::new(),
            cookie: Cookie::default(),
            api_key: None,
            requests_per_second: None,
            behind_proxy: false,
            retention: Retention::default(),
            destinations: Vec::new(),
        }
    }

    /// Reads a `relay.toml`. Secrets come from the environment; a relative `data` lies beside the file.
    ///
    /// # Errors
    /// Names the file, the place and the mend.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Config::parse(&text, path, &|name| std::env::var(name).ok())
    }

    /// Reads a `relay.toml` without its secrets, for work that sends nothing.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_without_secrets(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        file::parse(&text, path, None)
    }

    /// As [`Config::load`], from values: the text, the path it came from, and a way to look up
    /// environment variables.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(
        text: &str,
        path: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Config, ConfigError> {
        file::parse(text, path, Some(environment))
    }
}
