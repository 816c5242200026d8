//! The rules on the source tree: which folder may use which, where `unsafe` stands, how long a file is.
//!
//! See the table in `src/lib.rs` and CONTRIBUTING.md. A rule that hurts is changed here, in the same commit.

#[cfg(test)]
mod layers {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// Each folder with those that it may use.
    const MAY_USE: &[(&str, &[&str])] = &[
        ("model", &[]),
        ("sys", &[]),
        ("shell", &["model"]),
        ("policy", &["model", "shell"]),
        ("audit", &["model"]),
        ("approval", &["model", "sys", "audit"]),
        ("gate", &["model", "policy", "audit", "approval"]),
        ("door", &["model", "sys", "audit", "gate"]),
        ("launch", &["model", "sys", "policy", "audit", "approval", "gate", "door"]),
        ("doctor", &["model", "sys"]),
        ("cli", &["model", "sys", "shell", "policy", "audit", "approval", "gate", "door", "launch", "doctor"]),
        ("bin", &["cli", "door"]),
    ];

    /// Folders that say of themselves that nothing in them is unsafe.
    const SAFE: &[&str] = &["policy", "audit", "shell", "gate"];

    /// The most lines of a file.
    const LONGEST: usize = 400;

    fn source() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
    }

    /// Returns every Rust file below a folder.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut out = Vec::new();
        for entry in fs::read_dir(folder).expect("list the source").flatten() {
            let path = entry.path();
            if path.is_dir() {
                out.extend(files(&path));
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                out.push(path);
            }
        }
        out.sort();
        out
    }

    /// Returns the code of a file without comments and without the tests at its end.
    fn code(path: &Path) -> String {
        let text = fs::read_to_string(path).expect("read the source");
        let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        own.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    }

    /// Returns the first part of every path behind `crate::` or `tollgate::`, also of `use crate::{a, b::c}`.
    fn used(code: &str) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        for root in ["crate::", "tollgate::"] {
            for (at, _) in code.match_indices(root) {
                if code.get(..at).is_some_and(|before| before.ends_with(is_word)) {
                    continue;
                }
                let rest = code.get(at + root.len()..).unwrap_or_default();
                let Some(list) = rest.strip_prefix('{') else {
                    out.insert(rest.split(|c| !is_word(c)).next().unwrap_or_default().to_owned());
                    continue;
                };
                let (mut depth, mut word) = (0, String::new());
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 && (is_word(c) || c == ':') {
                        word.push(c);
                    } else if depth == 0 && c == ',' {
                        out.insert(word.split(':').next().unwrap_or_default().to_owned());
                        word.clear();
                    }
                }
                out.insert(word.split(':').next().unwrap_or_default().to_owned());
            }
        }
        out.retain(|name| !name.is_empty());
        out
    }

    #[test]
    fn uses_are_found_in_every_form() {
        let text =
            "use crate::audit::Seq; use crate::{model::{A, B}, sys}; fn f() { crate::gate::g() } use mycrate::x;";
        let expected = ["audit", "gate", "model", "sys"].map(str::to_owned);
        assert_eq!(used(text), BTreeSet::from(expected));
    }

    #[test]
    fn a_folder_uses_what_stands_above_it_only() {
        let mut wrong = Vec::new();
        let folders: BTreeSet<&str> = MAY_USE.iter().map(|(folder, _)| *folder).collect();
        for path in files(&source()) {
            let relative = path.strip_prefix(source()).expect("below src").to_owned();
            let folder = relative.iter().next().unwrap_or_default().to_string_lossy().into_owned();
            // The roots of the library and of the shim.
            if folder == "lib.rs" || folder == "shim.rs" {
                continue;
            }
            let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == folder) else {
                wrong.push(format!("src/{folder} has no place in the table of layers"));
                continue;
            };
            for name in used(&code(&path)) {
                if name != folder && folders.contains(name.as_str()) && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("src/{} uses {name}", relative.display()));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_table_of_the_library_is_this_one() {
        let text = fs::read_to_string(source().join("lib.rs")).expect("read the source");
        let rows = text.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix("/` |"));
        let told: Vec<&str> = rows.filter_map(|row| Some(row.rsplit_once('`')?.1)).collect();
        let held: Vec<&str> = MAY_USE.iter().map(|(folder, _)| *folder).filter(|folder| *folder != "bin").collect();
        assert_eq!(told, held);
    }

    #[test]
    fn the_table_has_no_circle() {
        for (index, (folder, allowed)) in MAY_USE.iter().enumerate() {
            for name in *allowed {
                let place = MAY_USE.iter().position(|(other, _)| other == name);
                assert!(
                    place.is_some_and(|place| place < index),
                    "{folder} may use {name}, which does not stand above it"
                );
            }
        }
    }

    #[test]
    fn unsafe_code_stands_in_sys_only() {
        let is_unsafe = |line: &str| {
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            words.any(|word| word == "unsafe")
        };
        for path in files(&source()) {
            if !path.starts_with(source().join("sys")) {
                let found = code(&path);
                let found: Vec<&str> = found.lines().filter(|line| is_unsafe(line)).collect();
                assert!(found.is_empty(), "{}: {found:?}", path.display());
            }
        }
    }

    #[test]
    fn the_core_forbids_unsafe_code() {
        for folder in SAFE {
            let path = source().join(folder).join("mod.rs");
            let text = fs::read_to_string(&path).expect("read the source");
            assert!(text.contains("#![forbid(unsafe_code)]"), "{}", path.display());
        }
    }

    #[test]
    fn a_mod_file_holds_documentation_and_exports_only() {
        for path in files(&source()).into_iter().filter(|path| path.ends_with("mod.rs")) {
            let text = code(&path);
            let logic: Vec<&str> = text
                .lines()
                .map(str::trim_start)
                .filter(|line| {
                    ["fn ", "pub fn ", "impl ", "pub(crate) fn ", "struct ", "pub struct ", "enum ", "pub enum "]
                        .iter()
                        .any(|start| line.starts_with(start))
                })
                .collect();
            // `cli` holds its entry point there.
            if !path.starts_with(source().join("cli")) {
                assert!(logic.is_empty(), "{}: {logic:?}", path.display());
            }
        }
    }

    #[test]
    fn no_file_is_too_long() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let mut wrong = Vec::new();
        for path in files(&source()).into_iter().chain(files(&tests)) {
            let lines = fs::read_to_string(&path).expect("read the source").lines().count();
            if lines > LONGEST {
                wrong.push(format!("{}: {lines} lines", path.display()));
            }
        }
        assert!(wrong.is_empty(), "over {LONGEST} lines: {wrong:#?}");
    }
}
