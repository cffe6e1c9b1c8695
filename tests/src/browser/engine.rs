//! The three engines: what starts each, and what each is told at its start.

use super::profile::Profile;
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::fmt;
use std::path::{Path, PathBuf};

/// A browser engine the tests drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Blink: Chromium by chromedriver.
    Chromium,
    /// Gecko: Firefox by geckodriver.
    Firefox,
    /// WebKitGTK: its MiniBrowser by WebKitWebDriver, on a display of its own.
    WebKit,
}

/// Nothing of a desktop, nothing that calls home, no protocol but TCP.
const CHROMIUM_FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--window-size=1280,900",
];

impl Engine {
    /// Every engine.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The engine that `TANISH_ENGINE` names (`chromium`, `firefox`, `webkit`); Chromium where it names none.
    ///
    /// # Errors
    /// When it names something else.
    pub fn chosen() -> Result<Self> {
        let Some(name) = std::env::var_os("TANISH_ENGINE") else { return Ok(Self::Chromium) };
        Self::ALL.into_iter().find(|engine| name == engine.name()).ok_or_else(|| {
            let name = name.to_string_lossy();
            Error::Setup(format!("TANISH_ENGINE={name}: say chromium, firefox or webkit"))
        })
    }

    /// Its name, as `TANISH_ENGINE` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Whether its visitors can come back: WebKit's driver begins every browser with an empty profile.
    pub fn keeps_profiles(self) -> bool {
        self != Self::WebKit
    }

    /// Whether visitors can come back in the [chosen](Self::chosen) engine; says so when not, for the summary.
    ///
    /// # Errors
    /// As [`Engine::chosen`].
    pub fn visitors_return(test: &str) -> Result<bool> {
        use std::io::Write as _;
        let engine = Self::chosen()?;
        if !engine.keeps_profiles() {
            let _ = writeln!(std::io::stderr(), "{test}: skipped without a profile that outlives {engine}");
        }
        Ok(engine.keeps_profiles())
    }

    /// The program that drives it.
    pub(super) fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "chromedriver",
            Self::Firefox => "geckodriver",
            Self::WebKit => "WebKitWebDriver",
        }
    }

    /// Whether its driver and everything the driver starts are on this machine.
    pub fn is_installed(self) -> bool {
        let needs: &[&str] = match self {
            Self::Chromium => &["chromedriver"],
            Self::Firefox => &["geckodriver", "firefox-esr|firefox"],
            Self::WebKit => &["WebKitWebDriver", "Xvfb"],
        };
        let has = |names: &&str| names.split('|').any(|name| find(name).is_some());
        needs.iter().all(has) && (self != Self::WebKit || mini_browser().is_some())
    }

    /// What a session of this engine is asked for.
    pub(super) fn capabilities(self, profile: &Profile) -> Result<Map<String, Value>> {
        let folder = profile.path().display();
        let wanted = match self {
            Self::Chromium => {
                let mut flags: Vec<String> = CHROMIUM_FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
                flags.push(format!("--user-data-dir={folder}"));
                json!({
                    "browserName": "chrome",
                    "goog:chromeOptions": { "args": flags },
                    "goog:loggingPrefs": { "browser": "ALL" },
                })
            }
            Self::Firefox => json!({
                "browserName": "firefox",
                "moz:firefoxOptions": {
                    "args": ["-headless", "-profile", folder.to_string(), "--width=1280", "--height=900"],
                    "prefs": quiet_firefox(),
                },
            }),
            Self::WebKit => {
                let binary = mini_browser()
                    .ok_or_else(|| Error::Setup("WebKit's MiniBrowser is not installed".to_owned()))?;
                json!({
                    "browserName": "MiniBrowser",
                    "webkitgtk:browserOptions": { "binary": binary, "args": ["--automation"] },
                })
            }
        };
        match wanted {
            Value::Object(wanted) => Ok(wanted),
            _ => unreachable!("each arm writes an object"),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Firefox asks home for updates, portals, lists and studies unless told not to.
fn quiet_firefox() -> Value {
    json!({
        "app.update.disabledForTesting": true,
        "browser.newtabpage.enabled": false,
        "browser.safebrowsing.malware.enabled": false,
        "browser.safebrowsing.phishing.enabled": false,
        "browser.search.update": false,
        "browser.shell.checkDefaultBrowser": false,
        "datareporting.policy.dataSubmissionEnabled": false,
        "extensions.getAddons.cache.enabled": false,
        "extensions.update.enabled": false,
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
        "network.dns.disablePrefetch": true,
        "network.http.speculative-parallel-limit": 0,
        "services.settings.server": "http://127.0.0.1:9/",
        "toolkit.telemetry.server": "http://127.0.0.1:9/",
    })
}

/// WebKitGTK's small browser lies beside its libraries, not on the path.
fn mini_browser() -> Option<PathBuf> {
    let machine = format!("{}-linux-gnu", std::env::consts::ARCH);
    let folders = [format!("/usr/lib/{machine}"), "/usr/lib64".to_owned(), "/usr/libexec".to_owned()];
    let versions = ["webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"];
    folders
        .iter()
        .flat_map(|folder| versions.map(|version| Path::new(folder).join(version).join("MiniBrowser")))
        .find(|file| file.is_file())
}

/// A program on the path, or among the tools `cargo xtask test` has built.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let mut folders = vec![crate::repository().join("target/tools/bin")];
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}
