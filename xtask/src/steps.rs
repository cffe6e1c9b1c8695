//! Telling the developer what takes how long.

use std::time::Instant;

/// Runs one step and prints its name and its time.
///
/// # Errors
/// The step's own.
pub fn step<T, E>(name: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    let done = work()?;
    println!("  {name:<34} {:>7.1} s", started.elapsed().as_secs_f64());
    Ok(done)
}
