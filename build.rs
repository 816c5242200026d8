//! Turns the catalog's YAML into JSON, one text per program, with tables of their names: nothing of it is
//! read before a program asks for it. And compiles the shim where it can stand alone.

#[path = "src/sys/elf.rs"]
mod elf;
#[path = "build/shim.rs"]
mod shim;

use serde_json::Value;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const CATALOG: &str = "src/policy/catalog";
/// The file that lists variables, not programs.
const ENVIRONMENT: &str = "environment";

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    println!("cargo::rerun-if-changed={CATALOG}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let mut files: Vec<PathBuf> = fs::read_dir(CATALOG)?.map(|entry| Ok(entry?.path())).collect::<Done<_>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    let mut tables = Tables::default();
    for path in files {
        let family = path.file_stem().ok_or("a file has a name")?.to_string_lossy().into_owned();
        tables.add(&family, read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    fs::write(out.join("catalog.rs"), tables.source()?)?;
    shim::build(&out)
}

fn read(path: &Path) -> Done<Value> {
    let text = fs::read_to_string(path)?;
    let value: Value = serde_yaml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(value)
}

#[derive(Default)]
struct Tables {
    /// Family, name, JSON.
    entries: Vec<(String, String, String)>,
    names: Vec<(String, usize)>,
    /// What stands before the first `*`, what stands after it, the index of the entry.
    patterns: Vec<(String, String, usize)>,
    shells: Vec<String>,
    injecting: Vec<String>,
}

impl Tables {
    fn add(&mut self, family: &str, file: Value) -> Done<()> {
        let Value::Object(programs) = file else { return Err("a data file is a mapping".into()) };
        for (name, entry) in programs {
            if family == ENVIRONMENT {
                self.injecting.extend(texts(Some(&entry)));
                continue;
            }
            let index = self.entries.len();
            let mut names = texts(entry.get("names"));
            if names.is_empty() {
                names.push(name.clone());
            }
            let (patterns, plain): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| name.contains('*'));
            if entry.get("shell").and_then(Value::as_bool) == Some(true) {
                self.shells.extend(plain.iter().cloned());
            }
            self.names.extend(plain.into_iter().map(|name| (name, index)));
            let parts =
                |name: &String| name.split_once('*').map(|(start, rest)| (start.to_owned(), rest.to_owned(), index));
            self.patterns.extend(patterns.iter().filter_map(parts));
            self.entries.push((family.to_owned(), name, serde_json::to_string(&entry)?));
        }
        Ok(())
    }

    fn source(mut self) -> Done<String> {
        self.names.sort();
        self.shells.sort();
        let family = |index: &usize| self.entries.get(*index).map_or("?", |(family, _, _)| family.as_str());
        let pairs = self.names.iter().zip(self.names.iter().skip(1));
        let twice: Vec<String> = pairs
            .filter(|((one, _), (next, _))| one == next)
            .map(|((name, one), (_, next))| format!("{name} ({}.yaml, {}.yaml)", family(one), family(next)))
            .collect();
        if !twice.is_empty() {
            return Err(format!("these programs stand twice in the catalog: {}", twice.join(", ")).into());
        }
        let mut out = String::new();
        writeln!(out, "pub(super) static ENTRIES: &[(&str, &str, &str)] = &{:?};", self.entries)?;
        writeln!(out, "pub(super) static NAMES: &[(&str, usize)] = &{:?};", self.names)?;
        writeln!(out, "pub(super) static PATTERNS: &[(&str, &str, usize)] = &{:?};", self.patterns)?;
        writeln!(out, "pub(super) static SHELLS: &[&str] = &{:?};", self.shells)?;
        writeln!(out, "pub(super) static INJECTING: &[&str] = &{:?};", self.injecting)?;
        Ok(out)
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}
