//! `cargo xtask build`: from the sources to the files in `pkg/`.

mod glue;
mod scripts;
mod wasm;

use crate::error::Error;
use crate::steps::step;
use crate::workspace;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Builds the widget and fills `pkg/`. Returns the module's path.
///
/// # Errors
/// When a tool is missing, a source does not compile, or `pkg/` cannot be written.
pub fn run() -> Result<PathBuf, Error> {
    println!("building the widget");
    glue::check_versions()?;
    step("wasm32 target", wasm::ensure_target)?;
    let raw = step("cargo rustc, profile wasm", wasm::compile)?;
    let made = step("wasm-bindgen", || glue::generate(&raw))?;
    let module = step("wasm-opt", || wasm::optimise(made.wasm))?;
    let name = format!("tanish.{}.wasm", short_hash(&module));
    let scripts = step("scripts", || scripts::build(&made.js, &name))?;

    let package = workspace::package();
    let path = package.join(&name);
    workspace::write(&path, &module)?;
    workspace::write(&package.join("engine.js"), scripts.engine.as_bytes())?;
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
