//! What rules match: what was observed, and what they would match besides.

use super::rules::{Candidate, Observed};
use crate::model::{Decision, Layer, Scope, Subject};
use crate::policy::diff::Judge;
use crate::policy::load::{Context, LoadErrors, Source};
use crate::policy::samples::{Act, SAMPLES_CWD, samples, situation};
use crate::policy::set::Policy;
use crate::policy::{Line, parse_line};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// A command that nobody has seen here, to try rules on.
pub(super) struct Other {
    pub(super) shown: String,
    pub(super) dangerous: bool,
    subject: Subject,
    /// Whether a rule of the present policy denies it, or its default does.
    pub(super) denied: bool,
}

/// Returns every command of the built-in samples, with what the present policy says of it.
pub(super) fn others(present: &mut Judge) -> Result<Vec<Other>, LoadErrors> {
    let cwd = Path::new(SAMPLES_CWD);
    let policy = present.at(cwd)?;
    let mut known = HashSet::new();
    let mut found = Vec::new();
    for case in samples() {
        let dangerous = case.kind.as_deref() == Some("dangerous");
        let Act::Line(text) = &case.act else { continue };
        let Line { commands, .. } = parse_line(text, cwd, policy.catalog());
        for command in commands {
            if !known.insert(command.argv.clone()) {
                continue;
            }
            let shown = crate::model::text::command(&command.argv, crate::model::text::COMMAND_LIMIT);
            let subject = Subject { readings: vec![command], scope: Scope::Line };
            let evaluation = policy.evaluate_in(&subject, &situation());
            let denied = evaluation.deciding().is_some_and(|found| found.decision == Decision::Deny);
            found.push(Other { shown, dangerous, subject, denied });
        }
    }
    Ok(found)
}

/// Which rules match what, by index.
pub(super) struct Weighed {
    /// For each rule, the observed commands that it matches.
    pub(super) observed: Vec<Vec<usize>>,
    /// For each rule, the other commands that it matches.
    pub(super) others: Vec<Vec<usize>>,
}

/// Tries every rule on everything, in one policy.
pub(super) fn weigh(rules: &[Candidate], observed: &[&Observed], others: &[Other]) -> Result<Weighed, LoadErrors> {
    let mut text = String::from("version: \"1.0\"\ndefaults: { action: ask }\nrules:\n");
    for (number, rule) in rules.iter().enumerate() {
        text.push_str(&format!("  - id: r{number}\n{}", rule.yaml()));
    }
    if rules.is_empty() {
        text.push_str("  []\n");
    }
    let source = Source::Text { name: "proposed".to_owned(), text, layer: Layer::Session };
    let policy = Policy::load(&[source], &Context::described(Path::new(SAMPLES_CWD)))?;
    let numbers: HashMap<String, usize> = (0..rules.len()).map(|number| (format!("r{number}"), number)).collect();
    let tried = |subject: &Subject| -> Vec<usize> {
        let evaluation = policy.evaluate_in(subject, &situation());
        evaluation.matches.iter().filter_map(|found| numbers.get(found.rule.as_str()).copied()).collect()
    };
    let turned = |found: Vec<Vec<usize>>| {
        let mut out = vec![Vec::new(); rules.len()];
        for (index, rules) in found.into_iter().enumerate() {
            for rule in rules {
                out.get_mut(rule).into_iter().for_each(|of: &mut Vec<usize>| of.push(index));
            }
        }
        out
    };
    Ok(Weighed {
        observed: turned(observed.iter().map(|one| tried(&one.subject())).collect()),
        others: turned(others.iter().map(|other| tried(&other.subject)).collect()),
    })
}
