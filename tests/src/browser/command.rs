//! Chromedriver's own commands, beyond the WebDriver standard.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

/// A command of chromedriver.
#[derive(Debug)]
pub enum Command {
    /// Takes the console's lines since the last time.
    Console,
    /// A command of the DevTools protocol.
    DevTools {
        /// As in `Network.setBlockedURLs`.
        name: String,
        /// Its parameters.
        params: Value,
    },
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        let path = match self {
            Self::Console => "se/log",
            Self::DevTools { .. } => "goog/cdp/execute",
        };
        base.join(&format!("session/{}/{path}", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &url::Url) -> (http::Method, Option<String>) {
        let body = match self {
            Self::Console => json!({ "type": "browser" }),
            Self::DevTools { name, params } => json!({ "cmd": name, "params": params }),
        };
        (http::Method::POST, Some(body.to_string()))
    }
}
