//! Holding what the data files say of their programs against what comes out.

use super::data::all::entries;
use crate::policy::compose::{self, Start};
use crate::policy::evaluate::Judged;
use crate::policy::judged::View;
use crate::policy::{Catalog, examples};

/// Returns the effects of a line, each in one line, sorted: paths as seen from the workspace.
pub(in crate::policy) fn effects(line: &str, catalog: &Catalog) -> Vec<String> {
    let places = examples::places();
    let mut judged = Judged::default();
    let start = Start {
        directories: vec![places.workspace.clone()],
        elsewhere: false,
        environment: Vec::new(),
        apart: false,
        links: Vec::new(),
    };
    compose::add(line, &start, 0, catalog, &mut judged);
    let mut out: Vec<String> = judged.unread.iter().map(|unread| format!("unread: {}", unread.why)).collect();
    for candidate in &judged.candidates {
        for view in View::of(candidate, catalog) {
            out.extend(view.effects(&places).iter().map(|effect| near(&effect.describe())));
            if !view.is_bounded() {
                out.push("unbounded".to_owned());
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Shortens the paths in a description.
fn near(text: &str) -> String {
    let near = |word: &str| {
        let word = word.replace("/home/user/project/", "");
        if word == "/home/user/project" { ".".to_owned() } else { word.replace("/home/user", "~") }
    };
    text.split(' ').map(near).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_entry_of_the_catalog_is_sound_and_its_examples_hold() {
    let catalog = Catalog::builtin();
    let mut faults = Vec::new();
    for (name, examples) in entries() {
        match examples {
            Err(problem) => faults.push(format!("{name}: {problem}")),
            Ok(examples) => {
                for (line, mut expected) in examples {
                    expected.sort();
                    let found = effects(&line, &catalog);
                    if found != expected {
                        faults.push(format!("{name}: {line}\n    says {expected:?}\n    is   {found:?}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
