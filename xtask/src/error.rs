//! What can go wrong in a development task, and what to do about it.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// An error of a development task.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program the task needs is not on this machine.
    #[error("`{tool}` was not found: {mend}")]
    MissingTool {
        /// The program's name.
        tool: String,
        /// How to get it.
        mend: String,
    },
    /// A program could not be started.
    #[error("`{command}` could not be started: {source}")]
    Spawn {
        /// The command line.
        command: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program ended with an error.
    #[error("`{command}` failed: {status}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A script of the page cannot be bundled.
    #[error("{file}:{line}: {problem}")]
    Script {
        /// The module, as its importer names it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and the mend.
        problem: String,
    },
    /// Something else, said in full.
    #[error("{0}")]
    Message(String),
}

impl Error {
    /// An input or output error on `path`.
    pub fn io(path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::Io { path, source }
    }
}
