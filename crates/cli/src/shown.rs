//! How far a long run is.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};
use tanish_train::{Phase, Progress};

/// Bars on a terminal, a line a phase elsewhere, nothing beside JSON that is not a terminal's.
pub struct Shown {
    start: Instant,
    bar: Option<ProgressBar>,
    terminal: bool,
    quiet: bool,
}

impl Shown {
    /// Before the run begins.
    pub fn new(json: bool) -> Shown {
        let terminal = io::stderr().is_terminal();
        Shown { start: Instant::now(), bar: None, terminal, quiet: json && !terminal }
    }

    /// Clears the line.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    #[allow(clippy::print_stderr, reason = "progress belongs on standard error")]
    fn begin(&mut self, phase: Phase, total: Option<u64>) {
        self.end();
        if self.terminal {
            let template = match (phase, total) {
                (Phase::Read, Some(_)) => "{msg:6} {wide_bar} {bytes}/{total_bytes} {eta}",
                (_, Some(_)) => "{msg:6} {wide_bar} {pos}/{len}",
                (Phase::Tune, _) => "{msg:6} {spinner} {pos} settings compared",
                (Phase::Read, None) => "{msg:6} {spinner} {bytes}",
                (_, None) => "{msg:6} {spinner} {elapsed}",
            };
            let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar.set_message(phase.name());
            bar.enable_steady_tick(Duration::from_millis(100));
            self.bar = Some(bar);
        } else if !self.quiet {
            eprintln!("{} …", phase.name());
        }
    }

    fn at(&mut self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
