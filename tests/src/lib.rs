//! What the tests of the whole share: a browser, a web server that can be told to misbehave, a webhook.
//!
//! - [`browser`]: one real Chromium a test, driven by WebDriver, with a profile of its own
//! - [`server`]: files and answers over HTTP; every request is recorded, any can be made to fail
//! - [`webhook`]: a receiver of deliveries
//! - [`site`], [`relay`], [`shop`]: a small shop, trained, with its relay and its CRM
//! - [`demo`]: the demo shop, by the command a newcomer runs
//! - [`measure`]: what a visit costs
//! - [`conformance`], [`host`]: GrowthBook's suite, and JavaScript's ways natively
//! - [`data`]: tests over real data, which may not be there
//! - [`wait`]: waiting for a condition, never for a time

pub mod browser;
pub mod conformance;
pub mod data;
pub mod demo;
pub mod error;
pub mod host;
pub mod measure;
pub mod relay;
pub mod server;
pub mod shop;
pub mod site;
pub mod wait;
pub mod webhook;

pub use browser::Browser;
pub use demo::DemoShop;
pub use error::{Error, Result};
pub use server::{Answer, Mount, SiteServer};
pub use shop::Shop;
pub use site::Site;
pub use webhook::Webhook;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The built package.
///
/// # Errors
/// When `cargo xtask build` has not filled it.
pub fn package() -> Result<PathBuf> {
    let folder = repository().join("pkg");
    if folder.join("tanish.js").is_file() {
        return Ok(folder);
    }
    Err(Error::Setup("pkg/tanish.js is missing: run `cargo xtask build` first".to_owned()))
}
