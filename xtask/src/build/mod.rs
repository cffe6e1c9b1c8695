//! `cargo xtask build`: from the sources to the files in `pkg/`.

mod glue;
mod scripts;
mod wasm;

use crate::error::Error;
use crate::steps::step;
use crate::workspace;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

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

/// Builds the widget and fills `pkg/`. Returns the module's path.
///
/// # Errors
/// When a tool is missing, a source does not compile, or `pkg/` cannot be written.
pub fn run() -> Result<PathBuf, Error> {
    println!("building the widget");
    glue::check_versions()?;
    step("wasm32 target", wasm::ensure_target)?;
    let raw = step("cargo rustc, profile wasm", || wasm::compile(&["--profile", "wasm"]))?;
    let made = step("wasm-bindgen", || glue::generate(&raw))?;
    let module = step("wasm-opt", || wasm::optimise(made.wasm))?;
    let name = format!("tanish.{}.wasm", short_hash(&module));
    let scripts = step("scripts", || scripts::build(&made.js, &name))?;

    let package = workspace::package();
    let path = package.join(&name);
    workspace::write(&path, &module)?;
    workspace::write(&package.join("engine.js"), scripts.engine.as_bytes())?;
    for (name, text) in &scripts.parts {
        workspace::write(&package.join(name), text.as_bytes())?;
    }
    // Last: the entry never names a module that is not there yet.
    workspace::write(&package.join("tanish.js"), scripts.page.as_bytes())?;
    remove_older_modules(&name)?;
    Ok(path)
}

/// The first 16 hexadecimal digits of the content's SHA-256.
fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn remove_older_modules(current: &str) -> Result<(), Error> {
    let package = workspace::package();
    for entry in std::fs::read_dir(&package).map_err(Error::io(&package))? {
        let entry = entry.map_err(Error::io(&package))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("tanish.") && name.ends_with(".wasm") && name != current {
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
