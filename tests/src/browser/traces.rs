//! What a page left in the browser, and what it sent.

use super::Browser;
use crate::error::{Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// Everything a page of this origin can have left in the browser.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Traces {
    /// Names of all cookies, those a script cannot read too.
    pub cookies: Vec<String>,
    /// Keys of the local storage.
    pub local: Vec<String>,
    /// Keys of the session storage.
    pub session: Vec<String>,
    /// Names of IndexedDB's databases.
    pub databases: Vec<String>,
    /// Names of the caches.
    pub caches: Vec<String>,
    /// Service workers.
    pub workers: usize,
    /// Paths below `/v1/` that this page asked for.
    pub sent: Vec<String>,
}

const LOOK: &str = "return {
    cookies: [],
    local: Object.keys(localStorage).sort(),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(database => database.name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    sent: performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)
        .filter(path => path.startsWith('/v1/')),
}";

impl Browser {
    /// Looks at everything.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn traces(&self) -> Result<Traces> {
        let seen = self.run(LOOK).await?;
        let mut traces: Traces =
            serde_json::from_value(seen).map_err(|error| Error::Script(error.to_string()))?;
        let known = self.devtools("Storage.getCookies", json!({})).await?;
        let cookies = known["cookies"].as_array().map(Vec::as_slice).unwrap_or_default();
        let names = cookies.iter().filter_map(|cookie| cookie["name"].as_str().map(str::to_owned));
        traces.cookies = names.collect();
        traces.cookies.sort();
        Ok(traces)
    }

    /// The value of a cookie, a script's or not.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn cookie(&self, name: &str) -> Result<Option<String>> {
        let known = self.devtools("Storage.getCookies", json!({})).await?;
        let cookies = known["cookies"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = cookies.iter().find(|cookie| cookie["name"] == name);
        Ok(found.and_then(|cookie| cookie["value"].as_str()).map(str::to_owned))
    }

    /// Presses a key, as `Tab`, `Enter` or `Escape`.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn press(&self, key: &str, code: u32) -> Result<()> {
        let text = if key == "Enter" {
            "\r"
        } else if key == " " {
            " "
        } else {
            ""
        };
        for kind in ["keyDown", "keyUp"] {
            let text: Value = if kind == "keyDown" && !text.is_empty() { text.into() } else { Value::Null };
            let mut event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            if !text.is_null() {
                event["text"] = text;
            }
            self.devtools("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }
}
