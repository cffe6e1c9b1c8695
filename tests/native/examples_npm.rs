//! `examples/npm`: the package as an npm consumer sees it, type-checked and run in Node.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use tanish_tests::{Site, repository};

/// Whether Node and npm are there. `cargo xtask test` in CI makes their absence an error.
fn has_node() -> bool {
    let answers =
        |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|done| done.status.success());
    if answers("node") && answers("npm") {
        return true;
    }
    let required = std::env::var_os("TANISH_REQUIRE_TOOLS").is_some();
    assert!(!required, "node and npm are required here and not installed");
    let _ = writeln!(std::io::stderr(), "examples/npm: skipped without node and npm");
    false
}

fn succeed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(status.success(), "{command:?}: {status}\n{}\n{}", text(&stdout), text(&stderr));
    text(&stdout)
}

/// A copy of the example beside a packed `tanish`, installed as from a registry.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let package = tanish_tests::package().unwrap();
    let packed = succeed(
        Command::new("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(folder.path())
            .current_dir(package),
    );
    let example = folder.path().join("example");
    copy(&repository().join("examples/npm"), &example);
    let tarball = folder.path().join(packed.trim());
    let quiet = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--no-package-lock"];
    succeed(Command::new("npm").args(quiet).arg(tarball).current_dir(&example));
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if ["node_modules", "build"].iter().any(|built| entry.file_name() == *built) {
            continue;
        }
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(drop).unwrap() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_compiles_under_strict_and_recommends_in_node() {
    if !has_node() {
        return;
    }
    let site = Site::sample().await.unwrap();
    let folder = installed();
    let example = folder.path().join("example");
    succeed(Command::new("npm").args(["run", "--silent", "check"]).current_dir(&example));

    let run = |bought: &[&str]| {
        let mut node = Command::new("node");
        node.arg("build/main.js").arg(site.path()).args(bought).current_dir(&example);
        let printed = succeed(&mut node);
        let items: Vec<serde_json::Value> =
            printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        items
    };
    let items = run(&["boots"]);
    assert!(items.len() <= 5);
    let socks = items.iter().find(|item| item["id"] == "socks").unwrap_or_else(|| panic!("{items:?}"));
    assert_eq!(socks["title"], Site::title("socks"));
    assert!(socks["because"].as_str().unwrap().contains(Site::title("boots")), "{socks}");
    assert!(!run(&[]).is_empty(), "a first visit is shown something too");

    // Neither entry does anything when it is imported: no fetch, no timer, no global.
    let script = "const before = Object.keys(globalThis).length;
        globalThis.fetch = () => { throw new Error('fetched'); };
        const entries = [await import('tanish'), await import('tanish/engine')];
        if (Object.keys(globalThis).length !== before) throw new Error('a global was left');
        for (const [entry, name] of [[entries[0], 'start'], [entries[1], 'Engine']])
          if (typeof entry[name] !== 'function') throw new Error(`no ${name}`);
        if (!/^[0-9]+[.]/.test(entries[0].version)) throw new Error('no version');
        await entries[0].start().then(() => { throw new Error('started'); }, () => {});
        console.log(process.getActiveResourcesInfo().filter(name => name === 'Timeout').length);";
    let printed =
        succeed(Command::new("node").args(["--input-type=module", "--eval", script]).current_dir(&example));
    assert_eq!(printed.trim(), "0");
}
