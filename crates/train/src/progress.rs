//! What a run tells its caller while it works.

use std::time::Duration;

/// The phases of a run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading orders, events and the catalogue; measured in bytes of the files.
    Read,
    /// Choosing settings; measured in settings compared.
    Tune,
    /// Counting what goes with what.
    Count,
    /// Giving numbers, packing, encoding.
    Build,
    /// Writing the site folder; measured in files.
    Write,
    /// Predicting a test file; measured in cases.
    Evaluate,
}

impl Phase {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Read => "read",
            Phase::Tune => "tune",
            Phase::Count => "count",
            Phase::Build => "build",
            Phase::Write => "write",
            Phase::Evaluate => "evaluate",
        }
    }
}

/// Hears how far a run is. Every method has a default: `&mut ()` hears nothing.
pub trait Progress {
    /// A phase begins; `total` is its size in its own unit, where known.
    fn begin(&mut self, _phase: Phase, _total: Option<u64>) {}
    /// The phase has come to `done` of its total.
    fn at(&mut self, _done: u64) {}
    /// Time since some fixed start, from the caller's monotonic clock; it fills the seconds of the summary.
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

impl Progress for () {}
