//! The library compiled for the browser.

use crate::error::Error;
use crate::process;
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the compiler's wasm target where it is not installed.
///
/// # Errors
/// When the target is absent and rustup cannot add it.
pub fn ensure_target() -> Result<(), Error> {
    if has_target()? {
        return Ok(());
    }
    if process::find(&["rustup"]).is_none() {
        let mend = format!(
            "the compiler has no `{TARGET}` target; install rustup (https://rustup.rs), or the target from where your Rust came"
        );
        return Err(Error::MissingTool { tool: "rustup".to_owned(), mend });
    }
    process::run(Command::new("rustup").args(["target", "add", TARGET]).current_dir(crate::workspace::root()))
}

/// Whether the standard library for the target lies in the compiler's sysroot, however it came there.
fn has_target() -> Result<bool, Error> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let arguments = ["--print", "target-libdir", "--target", TARGET];
    let printed = process::output(Command::new(rustc).args(arguments).current_dir(crate::workspace::root()))?;
    let folder = PathBuf::from(String::from_utf8_lossy(&printed).trim());
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(false) };
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

/// A line of cargo's messages, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Compiles the widget, with these arguments for the profile, and returns the module's bytes.
///
/// # Errors
/// When the library does not compile.
pub fn compile(profile: &[&str]) -> Result<Vec<u8>, Error> {
    // `cargo build` would make an rlib beside the cdylib and silently lose link-time optimisation.
    let mut command = process::cargo();
    command
        .args(["rustc", "--quiet", "--lib", "--package", "tanish", "--target", TARGET])
        .args(profile)
        .args(["--crate-type", "cdylib", "--message-format", "json-render-diagnostics"]);
    let printed = process::output(&mut command)?;
    let path = String::from_utf8_lossy(&printed)
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact")
        .filter(|message| message.target.as_ref().is_some_and(|target| target.name == "tanish"))
        .flat_map(|message| message.filenames)
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .ok_or_else(|| {
            Error::Message("cargo named no module among what it built for the library".to_owned())
        })?;
    std::fs::read(&path).map_err(Error::io(&path))
}

/// Runs `wasm-opt -Oz` where it is installed: about 2 % off the transfer.
///
/// # Errors
/// When it is installed and fails.
pub fn optimise(module: Vec<u8>) -> Result<Vec<u8>, Error> {
    let Some(tool) = process::find(&["wasm-opt"]) else { return Ok(module) };
    let folder = tempfile::tempdir().map_err(Error::io(std::env::temp_dir()))?;
    let (from, to) = (folder.path().join("in.wasm"), folder.path().join("out.wasm"));
    std::fs::write(&from, &module).map_err(Error::io(&from))?;
    // What rustc emits by default; older optimisers need to be told.
    let features = [
        "--enable-bulk-memory",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
        "--enable-multivalue",
    ];
    process::run(Command::new(tool).arg("-Oz").args(features).arg(&from).arg("-o").arg(&to))?;
    std::fs::read(&to).map_err(Error::io(&to))
}
