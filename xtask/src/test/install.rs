//! What the tests need beyond Rust: three browsers with their drivers, and Node for the npm example.

use crate::error::Error;
use crate::process::{self, find};
use crate::workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The driver of Firefox: Debian has none, so it is built.
const GECKODRIVER: &str = "0.37.1";

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

/// Makes sure that Firefox and WebKit with their drivers are there, where that can be done unasked.
///
/// # Errors
/// When they are required, absent and cannot be installed.
pub fn other_browsers(require: bool) -> Result<(), Error> {
    let has_firefox = || find(&["firefox-esr", "firefox"]).is_some();
    let has_webkit = || find(&["WebKitWebDriver"]).is_some() && find(&["Xvfb"]).is_some();
    if can_install() {
        let mut missing = Vec::new();
        if !has_firefox() {
            missing.push("firefox-esr");
        }
        if !has_webkit() {
            missing.extend(["webkit2gtk-driver", "xvfb"]);
        }
        if !missing.is_empty() {
            install(&missing)?;
        }
    }
    if has_firefox() {
        geckodriver()?;
    }
    for (is_there, tool, mend) in [
        (
            has_firefox(),
            "firefox",
            "install Firefox and put it on PATH (Debian: `apt-get install firefox-esr`)",
        ),
        (
            has_webkit(),
            "webkit",
            "install WebKitGTK's driver and a display (Debian: `apt-get install webkit2gtk-driver xvfb`)",
        ),
    ] {
        if !is_there && require {
            return Err(Error::MissingTool { tool: tool.to_owned(), mend: mend.to_owned() });
        }
        if !is_there {
            println!("  {tool} is not installed, its tests will be skipped: {mend}");
        }
    }
    Ok(())
}

/// The folder of the tools built here; the tests look there first.
fn tools() -> PathBuf {
    workspace::root().join("target").join("tools")
}

/// Builds geckodriver below `target/tools` unless one is there or on the path.
fn geckodriver() -> Result<(), Error> {
    if find(&["geckodriver"]).is_some() || tools().join("bin").join("geckodriver").is_file() {
        return Ok(());
    }
    println!("  building geckodriver {GECKODRIVER}");
    let mut command = process::cargo();
    command.args(["install", "geckodriver", "--version", GECKODRIVER, "--locked", "--quiet", "--root"]);
    command.arg(tools()).arg("--target-dir").arg(tools().join("build"));
    // A driver is waited for, never measured: the quickest build is the best.
    command.args(["--profile", "dev"]);
    process::run(&mut command)
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
