//! The first-party server: events in, any CRM out.
//!
//! A page posts Segment-shaped events; the relay commits them before it answers, sends each to every
//! destination with retries and in the visitor's order, and keeps a log that `tanish train` reads.
//! In the order data flows:
//!
//! - [`config`]: `relay.toml`, read strictly
//! - `http`: what a browser may ask, and what it may not
//! - [`event`]: bytes to events, each fault named
//! - [`queue`]: the durable queue and its contract
//! - `store`: the one thread that writes to the queue; `log` derives the event log from it
//! - [`preset`]: how to talk to a CRM, as data
//! - [`delivery`]: queue to destinations; the decisions are functions of values
//! - [`metrics`]: the numbers an operator watches
//!
//! ```no_run
//! # async fn run() -> Result<(), tanish_relay::RelayError> {
//! let relay = tanish_relay::Relay::open(tanish_relay::Config::new("relay-data"))?;
//! let app: axum::Router = axum::Router::new().merge(relay.router());
//! let running = relay.start();
//! // … serve `app` …
//! running.shutdown().await?;
//! relay.shutdown().await
//! # }
//! ```

pub mod config;
pub mod delivery;
pub mod event;
pub mod metrics;
pub mod preset;
pub mod queue;

mod clock;
mod cookie;
mod error;
mod history;
mod http;
mod lock;
mod log;
mod relay;
mod serve;
mod store;

pub use config::{Config, ConfigError, Destination};
pub use error::RelayError;
pub use relay::{Relay, Running};
/// The address of a destination.
pub use reqwest::Url;
