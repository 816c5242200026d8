//! All matches of all rules → one decision. Order never matters; the strictest wins.

use super::effects::KindSet;
use super::exception::Exception;
use super::fit::Fit;
use super::judged::{Candidate, Part, View};
use super::matcher::{Matcher, Places, Sense, Trial};
use super::rule::{Covers, Rule};
use super::set::Policy;
use super::{door, line, unwrap};
use crate::model::{Decision, Evaluation, Match, Outcome, Scope, Situation, Subject, ToolCall, Weight};
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
struct Said<'c> {
    /// The candidate in its normal forms.
    views: Vec<View<'c>>,
    /// The rules that matched, by index.
    matched: Vec<usize>,
    /// The rules that might match, once a part is known.
    open: Vec<usize>,
}

impl Policy {
    /// Judges a subject: the strictest of all rules that match, and all of them.
    #[must_use]
    pub fn evaluate(&self, subject: &Subject) -> Evaluation {
        self.evaluate_in(subject, &Situation::default())
    }

    /// Judges a subject in a situation, which `when`, `limit`, `approval` and exceptions ask about.
    #[must_use]
    pub fn evaluate_in(&self, subject: &Subject, situation: &Situation) -> Evaluation {
        match subject.scope {
            Scope::Exec => {
                let readings = subject.readings.iter().map(|reading| Candidate::running(reading, &self.catalog));
                self.exec(readings, situation)
            }
            Scope::Line => {
                let mut judged = Judged::default();
                for reading in &subject.readings {
                    unwrap::expand(Candidate::running(reading, &self.catalog), &self.catalog, &mut judged);
                }
                self.line(judged, situation)
            }
        }
    }

    /// Judges a shell line without running it: every command in it, and what those start.
    #[must_use]
    pub fn evaluate_line(&self, line: &str, cwd: &Path, environment: &[(OsString, OsString)]) -> Evaluation {
        self.evaluate_line_in(line, cwd, environment, &Situation::default())
    }

    /// Judges a shell line in a situation.
    #[must_use]
    pub fn evaluate_line_in(
        &self,
        line: &str,
        cwd: &Path,
        environment: &[(OsString, OsString)],
        situation: &Situation,
    ) -> Evaluation {
        self.line(line::judged(line, cwd, environment, &self.catalog), situation)
    }

    /// Judges a tool call, and the shell line that it runs.
    #[must_use]
    pub fn evaluate_tool(&self, call: &ToolCall, cwd: &Path, situation: &Situation) -> Evaluation {
        let own = Judged { candidates: vec![Candidate::calling(call, cwd)], unread: Vec::new() };
        let own = self.line(own, situation);
        let Some(line) = &call.line else { return own };
        let line = self.evaluate_line_in(line, cwd, &[], situation);
        // Rules on tools decide where one does; the line is judged in any case.
        match own.outcome {
            Outcome::Rule(_) if own.decision > line.decision => own,
            Outcome::Rule(_) | Outcome::Default | Outcome::Unknown => line,
        }
    }

    /// Judges the readings of one program that runs now: they are one thing.
    fn exec(&self, readings: impl Iterator<Item = Candidate>, situation: &Situation) -> Evaluation {
        let mut matches = Vec::new();
        for mut candidate in readings {
            candidate.ancestors = situation.ancestors.clone();
            let said = self.said(&candidate, situation);
            self.collect(&said, &candidate, situation, &mut matches);
            for inner in door::unseen(&candidate, &self.catalog) {
                let mut said = self.said(&inner, situation);
                let is_strict =
                    |index: &usize| self.rules.get(*index).is_some_and(|rule| rule.decision > Decision::Allow);
                said.matched.retain(is_strict);
                self.collect(&said, &inner, situation, &mut matches);
            }
        }
        let default = self.defaults().action;
        let decision = settled(&matches, Some(default)).unwrap_or(default);
        let outcome = if is_by_rule(&matches, decision) { Outcome::Rule(0) } else { Outcome::Default };
        Evaluation { decision, outcome, matches, unknown: None }
    }

    /// Judges several commands: each on its own, and the strictest of all.
    fn line(&self, mut judged: Judged, situation: &Situation) -> Evaluation {
        let mut matches = Vec::new();
        let mut whole: Option<Decision> = None;
        let mut unknown: Option<(Decision, String)> = None;
        let mut doubt = |decision: Decision, why: String| {
            if unknown.as_ref().is_none_or(|(known, _)| *known < decision) {
                unknown = Some((decision, why));
            }
        };
        for candidate in &mut judged.candidates {
            candidate.ancestors = situation.ancestors.clone();
            let candidate = &*candidate;
            let said = self.said(candidate, situation);
            let mut own = Vec::new();
            self.collect(&said, candidate, situation, &mut own);
            let default = Some(self.defaults().action).filter(|_| !candidate.passes_on);
            whole = whole.max(settled(&own, default));
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
        let by_rule = is_by_rule(&matches, ruled);
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
    fn said<'c>(&'c self, candidate: &'c Candidate, situation: &Situation) -> Said<'c> {
        let mut said = Said { views: View::of(candidate, &self.catalog), matched: Vec::new(), open: Vec::new() };
        let mut indices = if candidate.is_bare() {
            Vec::new()
        } else {
            self.index.rules(candidate.program_known.then(|| candidate.all_names()))
        };
        if self.index.asks_effects() {
            let kinds = said.views.iter().map(|view| view.kinds(&self.places)).fold(KindSet::default(), KindSet::union);
            self.index.add_by_effect(kinds, &mut indices);
        }
        let asked = |rule: &&Rule| candidate.part == Part::Whole || rule.matcher.needs_effect();
        for index in indices {
            let Some(rule) = self.rules.get(index).filter(asked) else { continue };
            let fit = match fit(rule, &said.views, &self.places) {
                Fit::No => Fit::No,
                fit @ (Fit::Unknown | Fit::Possible | Fit::Certain) => fit.min(rule.condition_fit(situation)),
            };
            match fit {
                Fit::Certain if rule.decision > Decision::Allow || covers(rule, &said.views) => {
                    said.matched.push(index)
                }
                Fit::Possible if rule.decision > Decision::Allow => said.matched.push(index),
                Fit::Unknown if rule.decision > Decision::Allow && !rule.only_logs => said.open.push(index),
                Fit::Certain | Fit::Possible | Fit::Unknown | Fit::No => {}
            }
        }
        said
    }

    /// Returns what the defaults say of a candidate of which a rule needs to know more.
    fn doubt(&self, candidate: &Candidate, said: &Said<'_>) -> Option<Decision> {
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

    /// Adds what the rules that matched say, with the exceptions from them.
    fn collect(&self, said: &Said<'_>, candidate: &Candidate, situation: &Situation, matches: &mut Vec<Match>) {
        let shown = candidate.shown();
        let rules = said.matched.iter().filter_map(|index| self.rules.get(*index));
        let mut found: Vec<Match> = rules.map(|rule| rule.matched(candidate, shown.clone(), situation)).collect();
        let mut instead = Vec::new();
        for one in found.iter_mut().filter(|one| one.decision > Decision::Allow && one.counts()) {
            let covers = |exception: &&Exception| exception.covers(one, &said.views, &self.places, situation);
            if let Some(exception) = self.exceptions.iter().find(covers) {
                one.weight = Weight::Noted;
                instead.push(exception.matched(shown.clone()));
            }
        }
        found.append(&mut instead);
        merge(matches, found);
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
    fit_of(&rule.matcher, rule.decision, views, places)
}

/// Returns how well a matcher fits the best of the views, in the sense of a decision.
pub(super) fn fit_of(matcher: &Matcher, decision: Decision, views: &[View<'_>], places: &Places) -> Fit {
    let sense = Sense::of(decision);
    let one = |view| view_fit(matcher, Trial { view, places, decision, sense, effect: None });
    match sense {
        Sense::Some => Fit::any(views.iter().map(one)),
        // An allow must hold however the command is read.
        Sense::Every if views.is_empty() => Fit::No,
        Sense::Every => Fit::all(views.iter().map(one)),
    }
}

/// Returns how well a matcher fits one reading. One that asks about effects asks everything of one effect:
/// for deny and ask one is enough, an allow must hold for every one.
fn view_fit(matcher: &Matcher, trial: Trial<'_>) -> Fit {
    let whole = if matcher.needs_effect() { Fit::No } else { matcher.fit(trial) };
    let Some(kinds) = matcher.effects() else { return whole };
    if !trial.view.candidate.program_known {
        return whole.max(Fit::Unknown);
    }
    let effects = trial.view.effects(trial.places);
    let one = |effect| matcher.fit(Trial { effect: Some(effect), ..trial });
    match trial.sense {
        Sense::Some => {
            let asked = effects.iter().filter(|effect| kinds.contains(effect.kind));
            whole.max(Fit::any(asked.map(|effect| one(effect).min(effect.fit))))
        }
        Sense::Every if effects.is_empty() => whole,
        Sense::Every => whole.max(Fit::all(effects.iter().map(one))),
    }
}

/// Returns what the matches come to: the strictest that decides, or the default where none does, and
/// whatever only tightens on top.
fn settled(matches: &[Match], default: Option<Decision>) -> Option<Decision> {
    let strictest = |weight| matches.iter().filter(|found| found.weight == weight).map(|found| found.decision).max();
    strictest(Weight::Decides).or(default).max(strictest(Weight::Tightens))
}

/// Says whether a match made the decision, which is then the first.
fn is_by_rule(matches: &[Match], decision: Decision) -> bool {
    matches.first().is_some_and(|first| first.counts() && first.decision == decision)
}

/// Adds matches of rules that are not there yet; of two matches of one rule the one that counts more.
fn merge(matches: &mut Vec<Match>, more: Vec<Match>) {
    // Those of one command are of different rules already.
    let before = matches.len();
    for found in more {
        let same = |known: &&mut Match| known.rule == found.rule && known.place == found.place;
        match matches.iter_mut().take(before).find(same) {
            Some(known) if rank(&found) < rank(known) => *known = found,
            Some(_) => {}
            None => matches.push(found),
        }
    }
}

/// Orders matches: what counts, the strictest first, then what does not.
fn rank(found: &Match) -> (bool, std::cmp::Reverse<Decision>, Weight) {
    (!found.counts(), std::cmp::Reverse(found.decision), found.weight)
}

/// Puts what counts first, the strictest of it before the others; those of one decision stay in their
/// order.
fn sort(matches: &mut [Match]) {
    matches.sort_by_key(rank);
}
