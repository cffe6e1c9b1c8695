//! The budgets of `size-budget.toml`.

use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The budget file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Everything a first visit fetches, together.
    pub first_load: FirstLoad,
    /// Brotli bytes by file name; one `*` stands for the hash.
    pub files: BTreeMap<String, u64>,
}

/// The sum of several files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstLoad {
    /// File names, `*` as in [`Budget::files`].
    pub files: Vec<String>,
    /// Brotli bytes.
    pub brotli: u64,
}

impl Budget {
    /// Reads the budget file.
    ///
    /// # Errors
    /// When it is absent or not as documented.
    pub fn read(path: &Path) -> Result<Self, Error> {
        toml::from_str(&crate::workspace::read(path)?)
            .map_err(|error| Error::Message(format!("{}: {error}", path.display())))
    }

    /// The budget of a file, in brotli bytes.
    pub fn for_file(&self, name: &str) -> Option<u64> {
        self.files.iter().find(|(pattern, _)| matches(pattern, name)).map(|(_, bytes)| *bytes)
    }
}

/// Whether a name fits a pattern with at most one `*`.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

/// The file a pattern stands for.
///
/// # Errors
/// When there is none, or more than one: an old module beside the new one would be weighed for it.
pub fn only_match(folder: &Path, pattern: &str) -> Result<String, Error> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let name = entry.map_err(Error::io(folder))?.file_name().to_string_lossy().into_owned();
        if matches(pattern, &name) {
            found.push(name);
        }
    }
    match <[String; 1]>::try_from(found) {
        Ok([name]) => Ok(name),
        Err(found) => Err(Error::Message(format!(
            "{}: {} files match `{pattern}`, one should: run `cargo xtask build`",
            folder.display(),
            found.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_the_hash() {
        assert!(matches("tanish.*.wasm", "tanish.0123.wasm"));
        assert!(!matches("tanish.*.wasm", "tanish.wasm"));
        assert!(matches("engine.js", "engine.js") && !matches("engine.js", "engine.jsx"));
    }

    #[test]
    fn a_pattern_names_exactly_one_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(only_match(folder.path(), "a.*.b").is_err());
        std::fs::write(folder.path().join("a.1.b"), "").unwrap();
        assert_eq!(only_match(folder.path(), "a.*.b").unwrap(), "a.1.b");
        std::fs::write(folder.path().join("a.2.b"), "").unwrap();
        assert!(only_match(folder.path(), "a.*.b").unwrap_err().to_string().contains("2 files"));
    }

    #[test]
    fn unknown_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.toml");
        std::fs::write(&path, "[first_load]\nfiles = []\nbrotli = 1\ngzip = 2\n[files]\n").unwrap();
        assert!(Budget::read(&path).unwrap_err().to_string().contains("gzip"));
    }
}
