//! What can keep the demo from starting, and the mend.

use std::io;
use std::path::{Path, PathBuf};

/// Why the demo cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The shop's pages are not where they should be.
    #[error("no shop in {}: {missing} is missing; run from the repository's root or name its folder with --www", www.display())]
    Www {
        /// The folder looked in.
        www: PathBuf,
        /// The file or folder that is not there.
        missing: &'static str,
    },
    /// The widget has not been built.
    #[error("no widget in {}: {missing} is missing; build it with `cargo xtask build` or name its folder with --widget", widget.display())]
    Widget {
        /// The folder looked in.
        widget: PathBuf,
        /// The file that is not there.
        missing: &'static str,
    },
    /// Another program listens on the port.
    #[error("port {port} of {host} is in use; stop what listens there or choose another with --port")]
    Port {
        /// The address asked for.
        host: String,
        /// The port asked for.
        port: u16,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {host}:{port}; choose another with --host and --port")]
    Listen {
        /// The address asked for.
        host: String,
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read or written.
    #[error("{}: cannot be {verb}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        verb: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A CSV file is broken.
    #[error("{}: not a CSV file this shop can read", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: csv::Error,
    },
    /// A CSV file lacks a column.
    #[error("{}: no column {column:?}; add it to the first line", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column that is not there.
        column: &'static str,
    },
    /// A field of a CSV file is not what its column needs.
    #[error("{}, line {line}: {column} {value:?} is not a number", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: u64,
        /// Its column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// A JSON file is broken.
    #[error("{}: not the JSON this shop expects", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A file of the site folder is broken.
    #[error("{}: not a file of this version's model; train again", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// Why.
        source: tanish::model::ModelError,
    },
    /// The training failed.
    #[error(transparent)]
    Train(#[from] tanish_train::TrainError),
    /// Another demo works on the same folder.
    #[error("{} is in use by another demo; stop that one or give this one its own folder with --data", .0.display())]
    InUse(PathBuf),
    /// The relay cannot be opened.
    #[error(transparent)]
    Relay(#[from] tanish_relay::RelayError),
    /// The currency is not an ISO code.
    #[error("--currency {0:?} is not a three-letter ISO 4217 code such as UZS or GBP")]
    Currency(String),
    /// The catalogue has no product.
    #[error("{}: no product in it; give another file with --catalog", .0.display())]
    Empty(PathBuf),
}

impl DemoError {
    /// A CSV error with its file.
    pub fn csv(path: &Path, source: csv::Error) -> DemoError {
        DemoError::Csv { path: path.into(), source }
    }
}
