//! Rules of the house that hold for every file of the repository.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use tanish_tests::repository;

/// Every text file git knows or would add.
fn files() -> Vec<PathBuf> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listed = Command::new("git").args(arguments).current_dir(repository()).output().unwrap();
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<PathBuf> = names.split_terminator('\0').map(PathBuf::from).collect();
    assert!(files.len() > 20, "git listed too few files");
    files
}

fn text(file: &Path) -> Option<String> {
    std::fs::read_to_string(repository().join(file)).ok()
}

#[test]
fn no_file_names_a_machine() {
    // Put together here, so that this file does not hold what it looks for.
    let homes = ["home", "root", "Users", "work", "tmp"].map(|folder| format!("/{folder}/"));
    let shared = format!("..{}shared", '/');
    let mut found = Vec::new();
    for file in files() {
        let Some(text) = text(&file) else { continue };
        let in_tests = file.starts_with("tests") || file.components().any(|part| part.as_os_str() == "tests");
        for (index, line) in text.lines().enumerate() {
            let machine = homes.iter().any(|home| names_absolute(line, home));
            let outside = line.contains(&shared) && !in_tests;
            if machine || outside {
                found.push(format!("{}:{}: {line}", file.display(), index + 1));
            }
        }
    }
    assert!(found.is_empty(), "machine paths:\n{}", found.join("\n"));
}

/// Whether `home` stands at the start of a path, not within one such as `a/home/b` or an address.
fn names_absolute(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| before.is_whitespace() || "\"'`=(:".contains(before))
    })
}

#[test]
fn the_package_and_the_workspace_have_one_version() {
    let manifest = text(Path::new("pkg/package.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["license"], "MIT OR Apache-2.0");
}

#[test]
fn every_type_a_package_entry_names_exists() {
    let manifest = text(Path::new("pkg/package.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let exports = manifest["exports"].as_object().unwrap();
    let typed: Vec<&str> = exports.values().filter_map(|entry| entry["types"].as_str()).collect();
    assert_eq!(typed.len(), 2);
    for file in typed {
        assert!(repository().join("pkg").join(file).is_file(), "pkg/{file}");
    }
}
