//! What can go wrong around a test.

use std::path::PathBuf;

/// An error of the harness.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something the tests need is missing.
    #[error("{0}")]
    Setup(String),
    /// A file or a socket failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The browser refused a session.
    #[error("no browser session: {0}")]
    Session(Box<fantoccini::error::NewSessionError>),
    /// The browser refused a command.
    #[error("webdriver: {0}")]
    Command(Box<fantoccini::error::CmdError>),
    /// A script in the page failed.
    #[error("script in the page: {0}")]
    Script(String),
    /// A condition did not come true.
    #[error("waited {seconds} s for {what}; last seen: {last}")]
    Timeout {
        /// The condition.
        what: String,
        /// How long.
        seconds: u64,
        /// The last thing looked at.
        last: String,
    },
}

impl Error {
    /// An input or output error on `path`.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

impl From<fantoccini::error::NewSessionError> for Error {
    fn from(error: fantoccini::error::NewSessionError) -> Self {
        Self::Session(Box::new(error))
    }
}

impl From<fantoccini::error::CmdError> for Error {
    fn from(error: fantoccini::error::CmdError) -> Self {
        Self::Command(Box::new(error))
    }
}

/// The harness's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;
