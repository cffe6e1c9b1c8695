//! What a page said on its console.

use serde::Deserialize;

/// One line of the console.
#[derive(Debug, Clone, Deserialize)]
pub struct Line {
    /// `SEVERE`, `WARNING`, `INFO` …
    pub level: String,
    /// The text, with its place.
    pub message: String,
    /// `network`, `security`, `console-api`, `javascript` …
    #[serde(default)]
    pub source: String,
}

impl Line {
    /// Whether a script complained: an uncaught error, or an error or a warning it wrote.
    ///
    /// What the browser itself notes of a request that failed or a policy that was kept is no complaint:
    /// no page can keep it from doing so.
    pub fn is_complaint(&self) -> bool {
        matches!(self.level.as_str(), "SEVERE" | "WARNING")
            && !matches!(self.source.as_str(), "network" | "security")
    }
}
