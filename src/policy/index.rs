//! Which rules can match a program of a given name, so that a decision does not try them all.

use super::effects::{EffectKind, KindSet};
use super::matcher::{Matcher, NamePattern, ProgramTest};
use super::normal::base_name;
use super::rule::Rule;
use std::collections::HashMap;

/// Rules by program name and by effect.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_name: HashMap<String, Vec<usize>>,
    /// Rules that name no programs and ask about effects, by each of them.
    by_effect: HashMap<EffectKind, Vec<usize>>,
    /// Rules that do neither.
    general: Vec<usize>,
    all: Vec<usize>,
}

impl Index {
    pub(super) fn of(rules: &[Rule]) -> Self {
        let mut index = Self { all: (0..rules.len()).collect(), ..Self::default() };
        for (number, rule) in rules.iter().enumerate() {
            let asked = rule.matcher.effects();
            match (names(&rule.matcher), asked) {
                (Some(names), _) => {
                    for name in names {
                        let rules = index.by_name.entry(name).or_default();
                        if rules.last() != Some(&number) {
                            rules.push(number);
                        }
                    }
                }
                (None, Some(kinds)) if rule.matcher.needs_effect() => {
                    for kind in kinds.iter() {
                        index.by_effect.entry(kind).or_default().push(number);
                    }
                }
                (None, _) => index.general.push(number),
            }
        }
        index
    }

    /// Returns the rules to try for a program of these names, in their order, without those that ask about
    /// effects only. Nothing known of the program: all.
    pub(super) fn rules<'n>(&self, names: Option<impl Iterator<Item = &'n str>>) -> Vec<usize> {
        let Some(names) = names else { return self.all.clone() };
        let mut found = self.general.clone();
        found.extend(names.filter_map(|name| self.by_name.get(name)).flatten());
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Adds the rules that name no program and ask about one of these effects.
    pub(super) fn add_by_effect(&self, kinds: KindSet, rules: &mut Vec<usize>) {
        let before = rules.len();
        rules.extend(kinds.iter().filter_map(|kind| self.by_effect.get(&kind)).flatten());
        if rules.len() > before {
            rules.sort_unstable();
            rules.dedup();
        }
    }

    /// Says whether some rule asks about effects without naming programs.
    pub(super) fn asks_effects(&self) -> bool {
        !self.by_effect.is_empty()
    }
}

/// Returns the names that a program must have for the matcher to fit; nothing where it may have any.
fn names(matcher: &Matcher) -> Option<Vec<String>> {
    match matcher {
        Matcher::Program(program) => program.tests.iter().map(test_name).collect(),
        Matcher::Literal(literal) => Some(vec![literal.name.clone()]),
        Matcher::All(parts) => parts.iter().find_map(names),
        Matcher::Any(parts) => {
            let parts: Option<Vec<Vec<String>>> = parts.iter().map(names).collect();
            parts.map(|parts| parts.concat())
        }
        Matcher::Subcommand(_)
        | Matcher::Flags(_)
        | Matcher::Argv(_)
        | Matcher::Text(_)
        | Matcher::Path(_)
        | Matcher::Cwd(_)
        | Matcher::Env(_)
        | Matcher::Effect(_)
        | Matcher::Source(_)
        | Matcher::Host(_)
        | Matcher::Branch(_)
        | Matcher::Recursive(_)
        | Matcher::Parent(_)
        | Matcher::Tool(_)
        | Matcher::Url(_)
        | Matcher::Not(_) => None,
    }
}

fn test_name(test: &ProgramTest) -> Option<String> {
    match (&test.name, &test.path) {
        (Some(NamePattern::Plain(name)), _) => Some(name.clone()),
        (_, Some(path)) => Some(base_name(path.as_os_str())),
        (Some(NamePattern::Glob(_)) | None, None) => None,
    }
}
