//! Which rules are proposed.

use super::rules::{Candidate, Observed, Width, rules};
use super::weigh::{Other, others, weigh};
use crate::model::{Decision, Outcome};
use crate::policy::catalog::Catalog;
use crate::policy::diff::Judge;
use crate::policy::load::LoadErrors;
use crate::policy::samples::situation;
use std::collections::{BTreeMap, HashMap};

/// A rule that could be added. All texts are raw: not escaped for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ProposedRule {
    /// Its id.
    pub id: String,
    /// How wide it is.
    pub width: Width,
    /// What it matches, as it stands in the file.
    pub matching: String,
    /// Whether it leaves what the program does unchecked, because the catalog does not know all of it.
    pub effects_unchecked: bool,
    /// How often what it matches was observed.
    pub seen: usize,
    /// The commands that were observed and that it matches, each once.
    pub covers: Vec<String>,
    /// What else it would match, of the built-in samples.
    pub also: Vec<String>,
    /// How many of those are dangerous.
    pub also_dangerous: usize,
    /// What of it the present policy denies. Such a rule is not proposed.
    pub denied: Vec<String>,
    /// Whether it is part of the proposal, or a wider or narrower rule that was not chosen.
    pub chosen: bool,
}

/// An observed command for which nothing is proposed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LeftOut {
    /// The command.
    pub command: String,
    /// How often it was observed.
    pub seen: usize,
    /// Why nothing is proposed.
    pub why: String,
}

/// What is proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Proposal {
    /// How many observations there were.
    pub observed: usize,
    /// The rules by program, those that are not chosen included.
    pub rules: Vec<ProposedRule>,
    /// What no rule is proposed for.
    pub left_out: Vec<LeftOut>,
}

/// A command with how often it was observed.
struct Group<'o> {
    first: &'o Observed,
    seen: usize,
}

/// Proposes allow rules of a width for what was observed and no rule of the present policy decides.
///
/// # Errors
///
/// When the present policy does not load.
pub fn propose(observed: &[Observed], present: &mut Judge, width: Width) -> Result<Proposal, LoadErrors> {
    let mut proposal = Proposal { observed: observed.len(), ..Proposal::default() };
    let others = others(present)?;
    let mut open: Vec<Group<'_>> = Vec::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    for group in grouped(observed) {
        let policy = present.at(&group.first.workspace)?;
        match decided(policy, group.first) {
            Some(why) => {
                proposal.left_out.push(LeftOut { command: group.first.shown(), seen: group.seen, why });
            }
            None => {
                candidates.extend(all(&group, policy.catalog(), &mut proposal));
                open.push(group);
            }
        }
    }
    let candidates = unique(candidates);
    let commands: Vec<&Observed> = open.iter().map(|group| group.first).collect();
    let weighed = weigh(&candidates, &commands, &others)?;
    let mut made: Vec<ProposedRule> = Vec::new();
    for (index, rule) in candidates.iter().enumerate() {
        let of = |found: &[Vec<usize>]| found.get(index).cloned().unwrap_or_default();
        made.push(describe(rule, &of(&weighed.observed), &of(&weighed.others), &open, &others));
    }
    choose(&mut made, width, &open, &mut proposal);
    name(&mut made);
    proposal.rules = made;
    Ok(proposal)
}

/// Puts what is the same together.
fn grouped(observed: &[Observed]) -> Vec<Group<'_>> {
    let mut places: HashMap<_, usize> = HashMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for one in observed {
        let key = (&one.argv, &one.exe, &one.workspace);
        match places.get(&key).and_then(|place| groups.get_mut(*place)) {
            Some(group) => group.seen += 1,
            None => {
                places.insert(key, groups.len());
                groups.push(Group { first: one, seen: 1 });
            }
        }
    }
    groups
}

/// Says what decides a command already, where an allow rule would change nothing.
fn decided(policy: &crate::policy::Policy, observed: &Observed) -> Option<String> {
    let evaluation = policy.evaluate_in(&observed.subject(), &situation());
    let by = evaluation.deciding().map(|found| format!("rule {} ({})", found.rule, found.place));
    match (evaluation.outcome, evaluation.decision) {
        (Outcome::Default, _) => None,
        (Outcome::Unknown, _) => Some("a part of it is only known when it runs".to_owned()),
        (Outcome::Rule(_), Decision::Allow) => Some(format!("allowed already by {}", by.unwrap_or_default())),
        (Outcome::Rule(_), decision @ (Decision::Ask | Decision::Deny)) => {
            Some(format!("{} says {decision}, and an allow does not change that", by.unwrap_or_default()))
        }
    }
}

fn all(group: &Group<'_>, catalog: &Catalog, proposal: &mut Proposal) -> Vec<Candidate> {
    let found = rules(group.first, catalog);
    if found.is_empty() {
        let why = "its arguments cannot be written as text".to_owned();
        proposal.left_out.push(LeftOut { command: group.first.shown(), seen: group.seen, why });
    }
    found
}

fn unique(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if !out.contains(&candidate) {
            out.push(candidate);
        }
    }
    out
}

fn describe(
    rule: &Candidate,
    observed: &[usize],
    matched: &[usize],
    open: &[Group<'_>],
    others: &[Other],
) -> ProposedRule {
    let groups: Vec<&Group<'_>> = observed.iter().filter_map(|index| open.get(*index)).collect();
    let mut covers: Vec<String> = groups.iter().map(|group| group.first.shown()).collect();
    covers.sort_unstable();
    covers.dedup();
    let matched: Vec<&Other> = matched.iter().filter_map(|index| others.get(*index)).collect();
    let new: Vec<&&Other> = matched.iter().filter(|other| !covers.contains(&other.shown)).collect();
    ProposedRule {
        id: String::new(),
        width: rule.matching.width(),
        matching: rule.matching.yaml(),
        effects_unchecked: rule.unchecked,
        seen: groups.iter().map(|group| group.seen).sum(),
        covers,
        also: new.iter().map(|other| other.shown.clone()).collect(),
        also_dangerous: new.iter().filter(|other| other.dangerous).count(),
        denied: matched.iter().filter(|other| other.denied).map(|other| other.shown.clone()).collect(),
        chosen: false,
    }
}

/// Chooses for each command the widest rule up to the wanted width of which the present policy denies
/// nothing. Of two forms of one width the first is taken: a plain command before an expression.
fn choose(made: &mut [ProposedRule], width: Width, open: &[Group<'_>], proposal: &mut Proposal) {
    for group in open {
        let command = group.first.shown();
        let fits =
            |rule: &&mut ProposedRule| rule.width <= width && rule.denied.is_empty() && rule.covers.contains(&command);
        let best = made.iter().filter(|rule| rule.width <= width && rule.denied.is_empty());
        let best = best.filter(|rule| rule.covers.contains(&command)).map(|rule| rule.width).max();
        let chosen = made.iter_mut().filter(fits).find(|rule| Some(rule.width) == best);
        match chosen {
            Some(rule) => rule.chosen = true,
            None => {
                let why = "no rule covers it without covering what the present policy denies".to_owned();
                if !proposal.left_out.iter().any(|left| left.command == command) {
                    proposal.left_out.push(LeftOut { command, seen: group.seen, why });
                }
            }
        }
    }
}

/// Gives each rule a name of the words that it is about, and puts them in the order of the names.
fn name(made: &mut Vec<ProposedRule>) {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    made.retain(|rule| !rule.covers.is_empty());
    made.sort_by(|one, other| (one.covers.first(), one.width).cmp(&(other.covers.first(), other.width)));
    for rule in made {
        let words = rule.covers.first().map(String::as_str).unwrap_or_default();
        let count = match rule.width {
            Width::Exact => 3,
            Width::Subcommand => 2,
            Width::Program => 1,
        };
        let words: Vec<String> =
            words.split_whitespace().take(count).map(slug).filter(|word| !word.is_empty()).collect();
        let base = format!("seen.{}", words.join("-"));
        let number = taken.entry(base.clone()).or_default();
        *number += 1;
        rule.id = if *number == 1 { base } else { format!("{base}-{number}") };
    }
}

/// The most characters of a word in a name.
const SLUG: usize = 24;

fn slug(word: &str) -> String {
    let name = word.rsplit('/').next().unwrap_or_default();
    let kept: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    kept.trim_matches('-').chars().take(SLUG).collect()
}
