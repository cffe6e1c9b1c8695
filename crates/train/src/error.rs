//! Why a training run stops.

use std::io;
use tanish::model::ModelError;
use thiserror::Error;

/// Why a training run stops. Bad rows do not: they are counted in the report.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A file cannot be opened or read at all.
    #[error("cannot read {file}: check that it exists and may be read")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file is of a kind that is not read here.
    #[error("cannot use {file}: it is {found}; {mend}")]
    Format {
        /// The file.
        file: String,
        /// What it is.
        found: String,
        /// What to do.
        mend: String,
    },
    /// A table lacks a column that training needs.
    #[error("{file}: no column for {missing}; it has {found}: {mend}")]
    MissingColumn {
        /// The file.
        file: String,
        /// Our names of what is missing.
        missing: String,
        /// The columns that are there.
        found: String,
        /// What to do.
        mend: String,
    },
    /// Every row was refused.
    #[error("nothing is left to learn from: {reason}")]
    NothingLeft {
        /// What was read and why it was refused.
        reason: String,
    },
    /// An option makes no sense.
    #[error("{option}: {reason}")]
    Option {
        /// The option, as on the command line.
        option: &'static str,
        /// What is wrong with it and how to mend it.
        reason: String,
    },
    /// A file of the site folder cannot be written. What was there before still stands.
    #[error("cannot write {path}: check the folder's permissions and free space")]
    Write {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another run is writing the same site folder.
    #[error("{out} is being written by another training: wait for it to end, or give another --out")]
    Busy {
        /// The site folder.
        out: String,
    },
    /// A file of the site folder cannot be encoded.
    #[error("cannot encode {name}")]
    Encode {
        /// The file.
        name: String,
        /// What the format said.
        source: ModelError,
    },
    /// A file of the site folder is not as it was written.
    #[error("cannot use {name} of the site folder: train again with --orders or --events")]
    Damaged {
        /// The file.
        name: String,
        /// What is wrong with it.
        source: ModelError,
    },
    /// Only the catalogue was given, and the site folder has no model it could belong to.
    #[error(
        "{out} has no model yet: give --orders or --events, the catalogue alone can only renew its cards"
    )]
    NoModel {
        /// The site folder.
        out: String,
    },
}
