//! What can keep a relay from running.

use crate::config::ConfigError;
use crate::queue::QueueError;
use std::io;
use std::path::PathBuf;

/// Why the relay cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError {
    /// `relay.toml` cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder, or a file in it, cannot be made or opened.
    #[error("cannot use {path}: check that the folder exists and that this user may write there")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another relay works on the same folder.
    #[error("{folder} is in use by another relay: stop that one, or give this one its own `data`")]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// The queue failed.
    #[error("the queue in the data folder failed")]
    Queue(#[from] QueueError),
    /// The event log cannot be brought in line with the queue.
    #[error("cannot write the event log {path}")]
    Log {
        /// The log file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The HTTP client of a destination cannot be made.
    #[error("destination {name}: no HTTPS client; are the system's CA certificates installed?")]
    Client {
        /// The destination.
        name: String,
        /// What the client said.
        source: reqwest::Error,
    },
    /// The mail server of a destination cannot be used.
    #[error(
        "destination {name}: `url` is no mail server ({problem}); write one as in \"smtps://mail.example.uz\""
    )]
    Mail {
        /// The destination.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// The port cannot be opened.
    #[error("cannot listen on {address}: is another program using it?")]
    Listen {
        /// The address asked for.
        address: std::net::SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A background part ended before its time; the log holds the reason.
    #[error("the relay's writer has stopped; the log says why")]
    Stopped,
}
