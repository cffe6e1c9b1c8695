//! One real browser, driven by WebDriver: Chromium, or the engine `TANISH_ENGINE` names.

mod cards;
mod command;
mod console;
mod driver;
mod engine;
mod profile;
mod traces;

pub use cards::{Card, Shown};
pub use console::Line;
pub use engine::Engine;
pub use profile::Profile;
pub use traces::Traces;

use crate::error::{Error, Result};
use crate::wait;
use command::Command;
use driver::{Driver, Process};
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};

/// A browser and its profile. Dropping it ends the browser.
pub struct Browser {
    client: Client,
    engine: Engine,
    // Before the profile: a living browser writes into it. WebKit's driver ends its browser itself.
    process: Option<Process>,
    driver: Driver,
    profile: Profile,
}

impl Browser {
    /// A new visitor: a browser with an empty profile.
    ///
    /// # Errors
    /// When the browser or its driver is missing or does not start.
    pub async fn start() -> Result<Self> {
        Self::start_in(Engine::chosen()?).await
    }

    /// A new visitor in Chromium, for what only its driver can do.
    ///
    /// # Errors
    /// As [`Browser::start`].
    pub async fn chromium() -> Result<Self> {
        Self::start_in(Engine::Chromium).await
    }

    /// A new visitor in this engine.
    ///
    /// # Errors
    /// As [`Browser::start`].
    pub async fn start_in(engine: Engine) -> Result<Self> {
        Self::launch(engine, Profile::new(engine)?).await
    }

    /// The owner of this profile opens the browser again.
    ///
    /// # Errors
    /// As [`Browser::start`].
    pub async fn with_profile(profile: Profile) -> Result<Self> {
        Self::launch(profile.engine(), profile).await
    }

    async fn launch(engine: Engine, profile: Profile) -> Result<Self> {
        let driver = Driver::start(engine)?;
        let capabilities = engine.capabilities(&profile)?;
        let client =
            ClientBuilder::new(hyper_connector()).capabilities(capabilities).connect(&driver.url).await?;
        let named = |key| client.capabilities().and_then(|known| known.get(key)).and_then(Value::as_i64);
        let process = match engine {
            Engine::Chromium => Some(Process::new(named("goog:processID"))?),
            Engine::Firefox => Some(Process::new(named("moz:processID"))?),
            Engine::WebKit => None,
        };
        Ok(Self { client, engine, process, driver, profile })
    }

    /// The engine it runs.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Opens an address and waits until it has loaded.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn open(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Runs the body of an async function in the page and returns its value.
    ///
    /// # Errors
    /// When it throws, with what it threw.
    pub async fn run(&self, body: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {body} }})().then(
               value => done({{ value: value === undefined ? null : value }}),
               error => done({{ error: String(error && error.stack || error) }}));"
        );
        let mut answer = self.client.execute_async(&script, Vec::new()).await?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(Error::Script(error.to_owned())),
            None => Ok(answer.get_mut("value").map(Value::take).unwrap_or_default()),
        }
    }

    /// Runs `body` until it returns something truthy, and returns that.
    ///
    /// # Errors
    /// When it throws, or never does.
    pub async fn until(&self, what: &str, body: &str) -> Result<Value> {
        wait::until(what, || self.run(body), is_truthy).await
    }

    /// What the page said on its console since the last look. Only Chromium's driver tells: empty elsewhere.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn console(&self) -> Result<Vec<Line>> {
        if self.engine != Engine::Chromium {
            return Ok(Vec::new());
        }
        let lines = self.client.issue_cmd(Command::Console).await?;
        serde_json::from_value(lines).map_err(|error| Error::Setup(format!("console: {error}")))
    }

    /// The scripts' complaints since the last look: empty in a quiet page.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn complaints(&self) -> Result<Vec<Line>> {
        Ok(self.console().await?.into_iter().filter(Line::is_complaint).collect())
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// When the browser does not know it: all but Chromium.
    pub async fn devtools(&self, name: &str, params: Value) -> Result<Value> {
        Ok(self.client.issue_cmd(Command::DevTools { name: name.to_owned(), params }).await?)
    }

    /// Requests whose address matches one of these patterns (`*` stands for anything) fail from now on.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn block(&self, patterns: &[&str]) -> Result<()> {
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.setBlockedURLs", json!({ "urls": patterns })).await?;
        Ok(())
    }

    /// Runs a script in every page from now on, before the page's own. Chromium only.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn run_first(&self, script: &str) -> Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await.map(drop)
    }

    /// Opens a tab and goes there.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn new_tab(&self) -> Result<()> {
        let tab = self.client.new_window(true).await?;
        Ok(self.client.switch_to_window(tab.handle).await?)
    }

    /// Closes the current tab as its visitor would, without waiting for anything, and goes to another one.
    /// There must be another: the last tab takes the browser with it.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn close_tab(&self) -> Result<()> {
        let closed = self.client.window().await?;
        if self.engine == Engine::Chromium {
            // Unlike chromedriver's own close, this one lets the page hear `pagehide`.
            self.devtools("Page.close", json!({})).await?;
        } else {
            self.client.close_window().await?;
        }
        let tabs = wait::until(
            "the tab to close",
            || async { Ok(self.client.windows().await?) },
            |tabs| !tabs.contains(&closed),
        )
        .await?;
        let other =
            tabs.into_iter().next().ok_or_else(|| Error::Setup("the last tab was closed".to_owned()))?;
        Ok(self.client.switch_to_window(other).await?)
    }

    /// The browser dies at once, as in a crash. Its profile remains.
    pub fn crash(self) -> Profile {
        let Self { client, process, driver, profile, engine: _ } = self;
        drop(process);
        driver.end();
        drop(client);
        profile
    }

    /// The visitor closes the browser. The profile remains.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn quit(self) -> Result<Profile> {
        let Self { client, process, driver, profile, engine: _ } = self;
        client.close().await?;
        // It has ended; its number may soon be another's.
        std::mem::forget(process);
        driver.end();
        Ok(profile)
    }
}

fn hyper_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

/// As JavaScript sees it.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(bool) => *bool,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
