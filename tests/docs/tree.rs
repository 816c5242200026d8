//! What holds for the files of the package together.

use super::pages::path;
use std::fs;
use std::path::PathBuf;

/// Returns every text file of the package.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name();
            if name == "target" || name == ".git" {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found
}

#[test]
fn every_file_stands_on_its_own() {
    let files = files();
    assert!(files.len() > 100, "only {} files were seen", files.len());
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (at, word) in text.match_indices("issue ") {
            let rest = text.get(at + word.len()..).unwrap_or_default();
            assert!(!rest.starts_with(|c: char| c.is_ascii_digit() || c == '#'), "{} names an issue", file.display());
        }
    }
}

#[test]
fn every_crate_comes_from_a_registry() {
    let lock = super::pages::file("Cargo.lock");
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    for source in sources {
        assert!(source.starts_with("\"registry+"), "{source}");
    }
}

#[test]
fn every_direct_dependency_has_its_line() {
    let manifest = super::pages::file("Cargo.toml");
    let document = super::pages::file("docs/dependencies.md");
    let mut is_table = false;
    let mut count = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_table = line.ends_with("dependencies]");
        } else if is_table && let Some((name, rest)) = line.split_once(" = ") {
            let package = rest.split("package = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or(name);
            let has_line = document.lines().any(|line| line.starts_with(&format!("| {package} ")));
            assert!(has_line, "docs/dependencies.md has no line on {package}");
            count += 1;
        }
    }
    assert!(count > 20, "only {count} dependencies were seen");
}
