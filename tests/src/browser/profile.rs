//! What a browser keeps of its user.

use super::engine::Engine;
use crate::error::{Error, Result};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A browser's profile: it outlives the browser, so that a visitor can come back.
pub struct Profile {
    folder: Option<TempDir>,
    engine: Engine,
}

impl Profile {
    /// An empty one, for this engine.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn new(engine: Engine) -> Result<Self> {
        let folder = TempDir::with_prefix("tanish-profile-").map_err(Error::io(std::env::temp_dir()))?;
        Ok(Self { folder: Some(folder), engine })
    }

    /// The engine whose profile it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new(""), TempDir::path)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        let Some(folder) = self.folder.take().map(TempDir::keep) else { return };
        // The helpers of a killed browser write on for a moment.
        let started = Instant::now();
        while std::fs::remove_dir_all(&folder).is_err() && started.elapsed() < Duration::from_secs(5) {
            std::thread::yield_now();
        }
    }
}
