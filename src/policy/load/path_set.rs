//! The items of a path set: places (`workspace`, `tmp`), and globs that say where they begin.

use super::complaint::{Complaints, Spot};
use crate::policy::matcher::{PathSet, Places};
use crate::policy::world::{Described, World};
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::{Path, PathBuf};

/// Whether upper and lower case are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Matters,
    Ignored,
}

/// What one item means.
enum Item {
    Root(Vec<PathBuf>),
    Glob { text: String, base: Option<PathBuf> },
}

/// Compiles a set of paths.
pub(super) fn read(items: &[(&str, Spot)], case: Case, places: &Places, complaints: &mut Complaints<'_>) -> PathSet {
    let mut set = PathSet {
        roots: Vec::new(),
        globs: GlobSet::empty(),
        except: GlobSet::empty(),
        patterns: Vec::new(),
        any_case: case == Case::Ignored,
    };
    let (mut globs, mut except) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    for (text, spot) in items {
        let (excepted, plain) = text.strip_prefix('!').map_or((false, *text), |rest| (true, rest));
        match item(plain, places) {
            Ok(Item::Root(paths)) if !excepted => set.roots.extend(paths),
            Ok(Item::Root(paths)) => {
                for path in paths {
                    let below = format!("{}/**", globset::escape(&path.to_string_lossy()));
                    add(&mut except, &below, case, *spot, complaints);
                }
            }
            Ok(Item::Glob { text, .. }) => {
                add(if excepted { &mut except } else { &mut globs }, &text, case, *spot, complaints);
                if !excepted {
                    set.patterns.push(text);
                }
            }
            Err(problem) => complaints.at("P031", *spot, problem, Some(FIX.to_owned())),
        }
    }
    let mut build = |builder: &GlobSetBuilder| match builder.build() {
        Ok(globs) => globs,
        Err(error) => {
            let spot = items.first().map(|(_, spot)| *spot).unwrap_or_default();
            complaints.at("P031", spot, format!("these path patterns are too much together: {error}"), None);
            GlobSet::empty()
        }
    };
    set.globs = build(&globs);
    set.except = build(&except);
    set
}

pub(super) const FIX: &str =
    "begin with `/`, `~/`, `{workspace}/`, `{tmp}/` or `**/`, or write the word workspace, tmp or home";

/// Says what is wrong with an item, wherever it is used; nothing where nothing is.
pub(super) fn fault(text: &str) -> Option<String> {
    let plain = text.strip_prefix('!').unwrap_or(text);
    // The folders themselves do not matter to its form.
    let places = Places {
        workspace: PathBuf::from("/w"),
        home: Some(PathBuf::from("/h")),
        tmp: vec![PathBuf::from("/t")],
        world: World::described(Described::default()),
    };
    match item(plain, &places) {
        Ok(Item::Root(_)) => None,
        Ok(Item::Glob { text, .. }) => {
            GlobBuilder::new(&text).build().err().map(|error| format!("not a path pattern: {}", error.kind()))
        }
        Err(problem) => Some(problem),
    }
}

/// Returns the folders or files that `equals_or_contains` names: paths without patterns.
pub(super) fn plain(items: &[(&str, Spot)], places: &Places, complaints: &mut Complaints<'_>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for (text, spot) in items {
        match item(text, places) {
            Ok(Item::Root(paths)) => out.extend(paths),
            Ok(Item::Glob { base: Some(base), text }) if !text.contains(['*', '?']) => out.push(base),
            Ok(Item::Glob { .. }) => {
                complaints.at("P031", *spot, "equals_or_contains takes paths without patterns", Some(FIX.to_owned()));
            }
            Err(problem) => complaints.at("P031", *spot, problem, Some(FIX.to_owned())),
        }
    }
    out
}

/// Compiles names of files: `node_modules`, `*.log`.
pub(super) fn names(items: &[(&str, Spot)], complaints: &mut Complaints<'_>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for (text, spot) in items {
        match Glob::new(text) {
            Ok(_) if text.contains('/') => {
                let fix = Some("write the name alone, or use `in`".to_owned());
                complaints.at("P031", *spot, format!("\"{text}\" is a path, not a name"), fix);
            }
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => complaints.at("P031", *spot, format!("not a pattern: {}", error.kind()), None),
        }
    }
    set.build().unwrap_or_else(|error| {
        let spot = items.first().map(|(_, spot)| *spot).unwrap_or_default();
        complaints.at("P031", spot, error.to_string(), None);
        GlobSet::empty()
    })
}

fn item(text: &str, places: &Places) -> Result<Item, String> {
    match text {
        "workspace" | "{workspace}" => return Ok(Item::Root(vec![places.workspace.clone()])),
        "tmp" | "{tmp}" => return Ok(Item::Root(places.tmp.clone())),
        "home" | "~" => return Ok(Item::Root(places.home.iter().cloned().collect())),
        _ => {}
    }
    let places_of = |name: &str| match name {
        "{workspace}" => vec![places.workspace.clone()],
        "{tmp}" => places.tmp.clone(),
        "~" => places.home.iter().cloned().collect(),
        _ => Vec::new(),
    };
    if let Some((start, rest)) = text.split_once('/')
        && matches!(start, "{workspace}" | "{tmp}" | "~")
    {
        let mut folders = places_of(start);
        let Some(folder) = folders.pop() else { return Ok(Item::Root(Vec::new())) };
        let mut starts = vec![globset::escape(&folder.to_string_lossy())];
        starts.extend(folders.iter().map(|folder| globset::escape(&folder.to_string_lossy())));
        let start = if starts.len() == 1 { starts.concat() } else { format!("{{{}}}", starts.join(",")) };
        let base = if folders.is_empty() { Some(base(&folder, rest)) } else { None };
        return Ok(Item::Glob { text: format!("{start}/{rest}"), base });
    }
    if let Some(rest) = text.strip_prefix('/') {
        return Ok(Item::Glob { text: text.to_owned(), base: Some(base(Path::new("/"), rest)) });
    }
    if text.starts_with("**/") {
        return Ok(Item::Glob { text: text.to_owned(), base: None });
    }
    Err(format!("\"{text}\" does not say where it begins"))
}

/// Joins the parts before the first pattern.
fn base(folder: &Path, rest: &str) -> PathBuf {
    let plain = rest.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
    plain.filter(|part| !part.is_empty()).fold(folder.to_owned(), |path, part| path.join(part))
}

fn add(builder: &mut GlobSetBuilder, text: &str, case: Case, spot: Spot, complaints: &mut Complaints<'_>) {
    let build = |text: &str| -> Result<Glob, globset::Error> {
        GlobBuilder::new(text).literal_separator(true).case_insensitive(case == Case::Ignored).build()
    };
    // `/d/**` also means `/d`.
    let folder = text.strip_suffix("/**").filter(|folder| !folder.is_empty());
    for glob in std::iter::once(text).chain(folder) {
        match build(glob) {
            Ok(glob) => {
                builder.add(glob);
            }
            Err(error) => complaints.at("P031", spot, format!("not a path pattern: {}", error.kind()), None),
        }
    }
}
