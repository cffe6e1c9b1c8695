//! What is wrong in `relay.toml`, and where.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A place in a text file, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in `text`.
    pub(super) fn at(text: &str, offset: usize) -> Place {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.line, self.column)
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: give the path of a relay.toml with --config")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("{}:{place}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
        /// What, and what would be right.
        message: String,
    },
    /// A value that makes no sense, with its mend.
    #[error("{}:{place}: {field}: {message}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
        /// The key, as in `destination.url`.
        field: &'static str,
        /// What is wrong, and what would be right.
        message: String,
    },
}
