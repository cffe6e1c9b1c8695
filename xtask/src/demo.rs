//! `cargo xtask demo`: the sample shop on this machine.

use crate::error::Error;
use crate::steps::step;
use crate::{build, process, workspace};
use std::path::Path;
use std::process::Command;

/// What `tanish demo` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Passed on to `tanish demo`: its `--help` lists them
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds the widget and the command, then hands over to `tanish demo`.
///
/// # Errors
/// When something does not build, or the demo ends with an error.
pub fn run(args: &Args) -> Result<(), Error> {
    let caller = std::env::current_dir().map_err(Error::io("."))?;
    build::run()?;
    println!("building the command");
    step("cargo build, package tanish-cli", || {
        process::run(process::cargo().args(["build", "--quiet", "--package", "tanish-cli"]))
    })?;
    process::run(&mut demo(&args.rest, &caller))
}

/// `tanish demo` in the caller's folder, where the paths the caller names begin; its own folders are the
/// repository's unless the caller names others.
fn demo(rest: &[String], caller: &Path) -> Command {
    let mut demo = process::cargo();
    demo.current_dir(caller).args(["run", "--quiet", "--manifest-path"]);
    demo.arg(workspace::root().join("Cargo.toml"));
    demo.args(["--package", "tanish-cli", "--bin", "tanish", "--", "demo"]);
    for (option, folder) in [("--www", "www"), ("--widget", "pkg"), ("--data", "target/demo")] {
        let named = |word: &String| {
            word.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        if !rest.iter().any(named) {
            demo.arg(option).arg(workspace::root().join(folder));
        }
    }
    demo.args(rest);
    demo
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(rest: &[&str]) -> Vec<String> {
        let rest: Vec<String> = rest.iter().map(|word| (*word).to_owned()).collect();
        let demo = demo(&rest, Path::new("somewhere/else"));
        assert_eq!(demo.get_current_dir(), Some(Path::new("somewhere/else")));
        let words: Vec<_> = demo.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let own = words.iter().position(|word| word == "demo").unwrap_or(0);
        words[own + 1..].to_vec()
    }

    #[test]
    fn the_callers_paths_begin_where_the_caller_stands() {
        let at = |folder: &str| workspace::root().join(folder).to_string_lossy().into_owned();
        assert!(workspace::root().is_absolute());
        let own = ["--www", &at("www"), "--widget", &at("pkg"), "--data", &at("target/demo")];
        let orders = ["--orders", "./mine.csv"];
        assert_eq!(words(&orders), [&own[..], &orders].concat());
    }

    #[test]
    fn folders_the_caller_names_stay() {
        let named = ["--www=mine", "--data", "./here"];
        let widget = workspace::root().join("pkg").to_string_lossy().into_owned();
        assert_eq!(words(&named), [&["--widget", &*widget][..], &named].concat());
    }
}
