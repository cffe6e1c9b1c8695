//! Tests over real data, which is not part of the repository.

use std::io::Write as _;
use std::path::PathBuf;

/// The folder `$TANISH_DATA`, else `../shared/data` beside the repository.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TANISH_DATA").map(PathBuf::from);
    folder.or_else(|| Some(crate::repository().parent()?.join("shared/data")))
}

/// A file of the folder.
pub fn find(name: &str) -> Option<PathBuf> {
    Some(folder()?.join(name)).filter(|path| path.is_file())
}

/// Whether a case that lacks what it needs must fail: `cargo xtask test --require-data`.
pub fn is_required() -> bool {
    std::env::var_os("TANISH_REQUIRE_DATA").is_some_and(|value| value == "1")
}

/// Tells, past the test runner's capture, how many cases ran and how many could not.
///
/// `cargo xtask test` adds these lines up.
///
/// # Panics
/// When a case was skipped although everything is required: the test then fails.
#[allow(clippy::panic, reason = "this is how a test fails")]
pub fn report(name: &str, ran: usize, skipped: usize) {
    let _ = writeln!(std::io::stderr(), "data cases: {name}: {ran} ran, {skipped} skipped");
    if skipped > 0 && is_required() {
        panic!("{name}: {skipped} cases were skipped: set TANISH_DATA to the folder of the data");
    }
}
