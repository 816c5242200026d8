//! All matches of all rules → one decision. Order never matters; the strictest wins.

use super::effects::KindSet;
use super::fit::Fit;
use super::judged::{Candidate, View};
use super::matcher::{Places, Sense, Trial};
use super::rule::{Covers, Rule};
use super::set::Policy;
use super::{line, unwrap};
use crate::model::{Decision, Evaluation, Invocation, Match, Outcome, Scope, Subject};
use std::ffi::OsString;
use std::path::Path;

/// Everything that is judged together.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) candidates: Vec<Candidate>,
    /// The parts that could not be read.
    pub(super) unread: Vec<Unread>,
}

/// A part that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// Why.
    pub(super) why: String,
    /// Its text.
    pub(super) text: String,
    /// Whether it is code that only shows when it runs, and may do anything.
    pub(super) runs: bool,
}

/// What the rules say of one candidate.
#[derive(Debug, Default)]
struct Said {
    /// The rules that matched, by index.
    matched: Vec<usize>,
    /// The rules that might match, once a part is known.
    open: Vec<usize>,
}

impl Policy {
    /// Judges a subject: the strictest of all rules that match, and all of them.
    #[must_use]
    pub fn evaluate(&self, subject: &Subject) -> Evaluation {
        match subject.scope {
            Scope::Exec => self.exec(&subject.readings),
            Scope::Line => {
                let mut judged = Judged::default();
                for reading in &subject.readings {
                    unwrap::expand(Candidate::running(reading, &self.catalog), &self.catalog, &mut judged);
                }
                self.line(&judged)
            }
        }
    }

    /// Judges a shell line without running it: every command in it, and what those start.
    #[must_use]
    pub fn evaluate_line(&self, line: &str, cwd: &Path, environment: &[(OsString, OsString)]) -> Evaluation {
        self.line(&line::judged(line, cwd, environment, &self.catalog))
    }

    /// Judges the readings of one program that runs now: they are one thing.
    fn exec(&self, readings: &[Invocation]) -> Evaluation {
        let mut matches = Vec::new();
        for reading in readings {
            let candidate = Candidate::running(reading, &self.catalog);
            let said = self.said(&candidate);
            self.collect(&said.matched, &candidate, &mut matches);
        }
        let decision = strictest(&matches);
        let outcome = if decision.is_some() { Outcome::Rule(0) } else { Outcome::Default };
        Evaluation { decision: decision.unwrap_or(self.defaults().action), outcome, matches, unknown: None }
    }

    /// Judges several commands: each on its own, and the strictest of all.
    fn line(&self, judged: &Judged) -> Evaluation {
        let mut matches = Vec::new();
        let mut whole: Option<Decision> = None;
        let mut unknown: Option<(Decision, String)> = None;
        let mut doubt = |decision: Decision, why: String| {
            if unknown.as_ref().is_none_or(|(known, _)| *known < decision) {
                unknown = Some((decision, why));
            }
        };
        for candidate in &judged.candidates {
            let said = self.said(candidate);
            let mut own = Vec::new();
            self.collect(&said.matched, candidate, &mut own);
            let mut own_decision = strictest(&own);
            if own_decision.is_none() && !candidate.passes_on {
                own_decision = Some(self.defaults().action);
            }
            whole = whole.max(own_decision);
            if let Some(decision) = self.doubt(candidate, &said) {
                doubt(decision, format!("what `{}` does is only known when it runs", candidate.shown()));
            }
            merge(&mut matches, own);
        }
        for unread in &judged.unread {
            doubt(self.unread(unread), unread.why.clone());
        }
        sort(&mut matches);
        let ruled = whole.unwrap_or(self.defaults().action);
        let by_rule = matches.first().is_some_and(|first: &Match| first.decision == ruled);
        match unknown {
            Some((decision, why)) if decision > ruled => {
                Evaluation { decision, outcome: Outcome::Unknown, matches, unknown: Some(why) }
            }
            unknown => Evaluation {
                decision: ruled,
                outcome: if by_rule { Outcome::Rule(0) } else { Outcome::Default },
                matches,
                unknown: unknown.map(|(_, why)| why),
            },
        }
    }

    /// Tries the rules that can match a candidate.
    fn said(&self, candidate: &Candidate) -> Said {
        let views = View::of(candidate, &self.catalog);
        let mut said = Said::default();
        let mut indices = if candidate.is_bare() {
            Vec::new()
        } else {
            self.index.rules(candidate.program_known.then(|| candidate.all_names()))
        };
        if self.index.asks_effects() {
            let kinds = views.iter().map(|view| view.kinds(&self.places)).fold(KindSet::default(), KindSet::union);
            self.index.add_by_effect(kinds, &mut indices);
        }
        for index in indices {
            let Some(rule) = self.rules.get(index) else { continue };
            match fit(rule, &views, &self.places) {
                Fit::Certain if rule.decision > Decision::Allow || covers(rule, &views) => said.matched.push(index),
                Fit::Possible if rule.decision > Decision::Allow => said.matched.push(index),
                Fit::Unknown if rule.decision > Decision::Allow => said.open.push(index),
                Fit::Certain | Fit::Possible | Fit::Unknown | Fit::No => {}
            }
        }
        said
    }

    /// Returns what the defaults say of a candidate of which a rule needs to know more.
    fn doubt(&self, candidate: &Candidate, said: &Said) -> Option<Decision> {
        let rules = || said.open.iter().filter_map(|index| self.rules.get(*index));
        let defaults = self.defaults();
        if rules().any(|rule| rule.decision == Decision::Deny) {
            return Some(defaults.unknown_in_deny_scope.max(defaults.unknown));
        }
        let open = rules().next().is_some() || !candidate.program_known;
        open.then_some(defaults.unknown)
    }

    /// Returns what the defaults say of a text that could not be read: it is in deny scope where it
    /// names a program that a rule denies, and where it runs what nobody knows and a rule denies effects.
    fn unread(&self, unread: &Unread) -> Decision {
        let defaults = self.defaults();
        let words: Vec<&str> = unread.text.split(|c: char| !(c.is_alphanumeric() || "_.+-".contains(c))).collect();
        let mut rules = self.index.rules(Some(words.into_iter()));
        if unread.runs {
            self.index.add_by_effect(KindSet::all(), &mut rules);
        }
        let denies =
            rules.iter().filter_map(|index| self.rules.get(*index)).any(|rule| rule.decision == Decision::Deny);
        if denies { defaults.unknown_in_deny_scope.max(defaults.unknown) } else { defaults.unknown }
    }

    fn collect(&self, indices: &[usize], candidate: &Candidate, matches: &mut Vec<Match>) {
        let shown = candidate.shown();
        let found = indices.iter().filter_map(|index| self.rules.get(*index)).map(|rule| rule.matched(shown.clone()));
        merge(matches, found.collect());
        sort(matches);
    }
}

/// Says whether an allow rule that fits covers the command: what the command does must be known, or the
/// rules on effects would not see it.
fn covers(rule: &Rule, views: &[View<'_>]) -> bool {
    rule.covers == Covers::Unchecked || views.iter().all(View::is_bounded)
}

/// Returns how well a rule fits the best of the views.
pub(super) fn fit(rule: &Rule, views: &[View<'_>], places: &Places) -> Fit {
    let sense = Sense::of(rule.decision);
    let one = |view| view_fit(rule, Trial { view, places, decision: rule.decision, sense, effect: None });
    match sense {
        Sense::Some => Fit::any(views.iter().map(one)),
        // An allow must hold however the command is read.
        Sense::Every if views.is_empty() => Fit::No,
        Sense::Every => Fit::all(views.iter().map(one)),
    }
}

/// Returns how well a rule fits one reading. One that asks about effects asks everything of one effect:
/// for deny and ask one is enough, an allow must hold for every one.
fn view_fit(rule: &Rule, trial: Trial<'_>) -> Fit {
    let whole = if rule.matcher.needs_effect() { Fit::No } else { rule.matcher.fit(trial) };
    let Some(kinds) = rule.matcher.effects() else { return whole };
    if !trial.view.candidate.program_known {
        return whole.max(Fit::Unknown);
    }
    let effects = trial.view.effects(trial.places);
    let one = |effect| rule.matcher.fit(Trial { effect: Some(effect), ..trial });
    match trial.sense {
        Sense::Some => {
            let asked = effects.iter().filter(|effect| kinds.contains(effect.kind));
            whole.max(Fit::any(asked.map(|effect| one(effect).min(effect.fit))))
        }
        Sense::Every if effects.is_empty() => whole,
        Sense::Every => whole.max(Fit::all(effects.iter().map(one))),
    }
}

fn strictest(matches: &[Match]) -> Option<Decision> {
    matches.iter().map(|found| found.decision).max()
}

/// Adds matches of rules that are not there yet.
fn merge(matches: &mut Vec<Match>, more: Vec<Match>) {
    for found in more {
        if !matches.iter().any(|known| known.rule == found.rule && known.place == found.place) {
            matches.push(found);
        }
    }
}

/// Puts the strictest first; those of one decision stay in their order.
fn sort(matches: &mut [Match]) {
    matches.sort_by_key(|found| std::cmp::Reverse(found.decision));
}
