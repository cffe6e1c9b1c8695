//! `cargo xtask build`: from the sources to the files in `pkg/`.

mod glue;
mod scripts;
mod wasm;

use crate::error::Error;
use crate::steps::step;
use crate::workspace;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// The small module, which a first visit loads, and the full one.
const MODULES: [&str; 2] = ["tanish", "tanish-full"];

/// What `build` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Build the module that runs GrowthBook's conformance cases, into `target/conformance/`, and nothing else
    #[arg(long)]
    conformance: bool,
}

/// Builds what the arguments ask for.
///
/// # Errors
/// As [`run`].
pub fn task(args: &Args) -> Result<(), Error> {
    if args.conformance { conformance() } else { run().map(drop) }
}

/// Builds the module with the runner of the conformance cases in it.
///
/// # Errors
/// As [`run`].
pub fn conformance() -> Result<(), Error> {
    glue::check_versions()?;
    step("wasm32 target", wasm::ensure_target)?;
    let raw = step("module for conformance", || {
        wasm::compile(&["--profile", "wasm", "--features", "conformance"])
    })?;
    let made = glue::generate(&raw)?;
    let folder = workspace::root().join("target/conformance");
    workspace::write(&folder.join("module.wasm"), &made.wasm)?;
    workspace::write(&folder.join("module.mjs"), made.js.as_bytes())
}

/// Builds the widget and fills `pkg/`. Returns the small module's path.
///
/// # Errors
/// When a tool is missing, a source does not compile, or `pkg/` cannot be written.
pub fn run() -> Result<PathBuf, Error> {
    println!("building the widget");
    glue::check_versions()?;
    step("wasm32 target", wasm::ensure_target)?;
    let small = step("small module", || wasm::compile(&["--profile", "wasm"]))?;
    let full = step("full module", || wasm::compile(&["--profile", "wasm", "--features", "full"]))?;
    let (small, full) = step("wasm-bindgen", || Ok((glue::generate(&small)?, glue::generate(&full)?)))?;
    // One glue serves both: whichever module the page loads, the script is the same.
    glue::check_covers(&full.js, &small.js)?;
    let modules = step("wasm-opt", || Ok([wasm::optimise(small.wasm)?, wasm::optimise(full.wasm)?]))?;
    let names = [0, 1].map(|at| format!("{}.{}.wasm", MODULES[at], short_hash(&modules[at])));
    let scripts = step("scripts", || scripts::build(&full.js, &names))?;

    let package = workspace::package();
    for (name, module) in names.iter().zip(&modules) {
        workspace::write(&package.join(name), module)?;
    }
    workspace::write(&package.join("engine.js"), scripts.engine.as_bytes())?;
    for (name, text) in &scripts.parts {
        workspace::write(&package.join(name), text.as_bytes())?;
    }
    // Last: the entry never names a module that is not there yet.
    workspace::write(&package.join("tanish.js"), scripts.page.as_bytes())?;
    remove_older_modules(&names)?;
    Ok(package.join(&names[0]))
}

/// The first 16 hexadecimal digits of the content's SHA-256.
fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn remove_older_modules(current: &[String]) -> Result<(), Error> {
    let package = workspace::package();
    for entry in std::fs::read_dir(&package).map_err(Error::io(&package))? {
        let entry = entry.map_err(Error::io(&package))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = MODULES.iter().any(|module| name.starts_with(&format!("{module}.")));
        if ours && name.ends_with(".wasm") && !current.contains(&name) {
            std::fs::remove_file(entry.path()).map_err(Error::io(entry.path()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(super::short_hash(b"abc"), "ba7816bf8f01cfea");
    }
}
