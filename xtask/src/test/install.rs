//! What the tests need beyond Rust: a browser with its driver, and Node for the npm example.

use crate::error::Error;
use crate::process::{self, find};
use std::path::Path;
use std::process::Command;

/// Makes sure that Chromium and chromedriver are there.
///
/// # Errors
/// When they are not and cannot be installed, with what to install.
pub fn browser() -> Result<(), Error> {
    if has_browser() {
        return Ok(());
    }
    let mend = "install Chromium and its driver (Debian: `apt-get install chromium chromium-driver`; \
                elsewhere: https://googlechromelabs.github.io/chrome-for-testing/) and put both on PATH";
    if !can_install() {
        return Err(Error::MissingTool {
            tool: "chromium and chromedriver".to_owned(),
            mend: mend.to_owned(),
        });
    }
    install(&["chromium", "chromium-driver"])?;
    if has_browser() {
        return Ok(());
    }
    Err(Error::MissingTool { tool: "chromedriver".to_owned(), mend: mend.to_owned() })
}

fn has_browser() -> bool {
    find(&["chromedriver"]).is_some()
        && find(&["chromium", "chromium-browser", "google-chrome", "chrome"]).is_some()
}

/// Makes sure that Node and npm are there, where that is required or can be done unasked.
///
/// # Errors
/// When they are required, absent and cannot be installed.
pub fn node(require: bool) -> Result<(), Error> {
    if find(&["node"]).is_some() && find(&["npm"]).is_some() {
        return Ok(());
    }
    if can_install() {
        return install(&["nodejs", "npm"]);
    }
    if require {
        let mend = "install Node 18 or newer with npm (Debian: `apt-get install nodejs npm`)".to_owned();
        return Err(Error::MissingTool { tool: "node and npm".to_owned(), mend });
    }
    println!("  node and npm are not installed: examples/npm will be skipped");
    Ok(())
}

/// Whether packages can be installed without asking anybody: as root on Debian or one of its children.
fn can_install() -> bool {
    Path::new("/etc/debian_version").exists() && find(&["apt-get"]).is_some() && is_root()
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim_ascii() == b"0")
}

fn install(packages: &[&str]) -> Result<(), Error> {
    println!("  installing {}", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
            .args(arguments);
        process::run(&mut command)
    };
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}
