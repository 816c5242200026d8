//! Which decisions change from one policy to another.

use super::load::{Context, LoadErrors, Source};
use super::propose::Observed;
use super::samples::{Act, Case, SAMPLES_CWD, situation};
use super::set::Policy;
use crate::model::{Decision, Evaluation};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One side of a change. All texts are raw: not escaped for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Side {
    /// What is decided.
    pub decision: &'static str,
    /// The rule that decides, or `default` or `unknown`.
    pub rule: String,
    /// Where the rule stands, where one decides.
    pub place: Option<String>,
}

/// A command that is decided differently.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Flip {
    /// Where the command comes from: its id in a corpus, the session and number of a record.
    pub id: Option<String>,
    /// `everyday` or `dangerous` in the built-in samples.
    pub kind: Option<String>,
    /// The command.
    pub command: String,
    /// What was decided.
    pub old: Side,
    /// What is decided.
    pub new: Side,
    /// Whether the new decision is less strict.
    pub looser: bool,
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Changes {
    /// How many commands were judged.
    pub judged: usize,
    /// What is decided differently, the looser ones first.
    pub flips: Vec<Flip>,
}

/// Returns the place of a working directory.
pub type Place = Box<dyn Fn(&Path) -> Context>;

/// A policy that is compiled anew for each place in which commands run.
pub struct Judge {
    sources: Vec<Source>,
    policies: HashMap<PathBuf, Policy>,
    /// Makes the place of a working directory.
    place: Place,
}

impl Judge {
    /// Takes a policy, and what describes the place of a working directory.
    #[must_use]
    pub fn new(sources: Vec<Source>, place: Place) -> Self {
        Self { sources, policies: HashMap::new(), place }
    }

    /// Returns the policy for a workspace.
    ///
    /// # Errors
    ///
    /// When it does not load.
    pub fn at(&mut self, workspace: &Path) -> Result<&Policy, LoadErrors> {
        if !self.policies.contains_key(workspace) {
            let policy = Policy::load(&self.sources, &(self.place)(workspace))?;
            self.policies.insert(workspace.to_owned(), policy);
        }
        // It was put there above.
        self.policies.get(workspace).ok_or_else(|| LoadErrors::new(Vec::new()))
    }
}

/// What is judged by both policies.
#[derive(Clone, Debug)]
pub enum Judged {
    /// A case of a corpus, in a described place.
    Case(Case),
    /// What a session did, in its own place.
    Observed(Observed),
}

/// Compares two policies over commands.
///
/// # Errors
///
/// When a policy does not load.
pub fn diff(old: &mut Judge, new: &mut Judge, commands: &[Judged]) -> Result<Changes, LoadErrors> {
    let mut changes = Changes::default();
    // A policy that does not load is an error, also where there is nothing to judge.
    old.at(Path::new(SAMPLES_CWD))?;
    new.at(Path::new(SAMPLES_CWD))?;
    for command in commands {
        let (before, after) = (judge(old, command)?, judge(new, command)?);
        changes.judged += 1;
        if before.decision != after.decision {
            let (id, kind, shown) = match command {
                Judged::Case(case) => (case.id.clone(), case.kind.clone(), case.act.shown()),
                Judged::Observed(seen) => (Some(seen.id.clone()), None, seen.shown()),
            };
            let looser = after.decision < before.decision;
            changes.flips.push(Flip { id, kind, command: shown, old: side(&before), new: side(&after), looser });
        }
    }
    changes.flips.sort_by_key(|flip| !flip.looser);
    Ok(changes)
}

fn judge(judge: &mut Judge, command: &Judged) -> Result<Evaluation, LoadErrors> {
    Ok(match command {
        Judged::Case(case) => {
            let cwd = case.cwd.clone().unwrap_or_else(|| SAMPLES_CWD.into());
            judge.at(&cwd)?.judge(&case.act, &cwd)
        }
        Judged::Observed(seen) => judge.at(&seen.workspace)?.evaluate_in(&seen.subject(), &situation()),
    })
}

fn side(evaluation: &Evaluation) -> Side {
    let decision: Decision = evaluation.decision;
    Side {
        decision: decision.as_str(),
        rule: evaluation.rule_name().to_owned(),
        place: evaluation.deciding().map(|found| found.place.to_string()),
    }
}

impl From<Act> for Judged {
    fn from(act: Act) -> Self {
        Self::Case(Case { id: None, kind: None, cwd: None, act })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layer;
    use crate::policy::samples::samples;

    fn judge(rules: &str) -> Judge {
        let text = format!(
            "version: \"1.0\"\ndefaults: {{ action: allow, unknown: allow, unknown_in_deny_scope: allow }}\nrules: [{rules}]\n"
        );
        let source = Source::Text { name: "x.yaml".to_owned(), text, layer: Layer::Session };
        Judge::new(vec![source], Box::new(Context::described))
    }

    const PUSH: &str = "{ id: push, action: deny, match: { program: git, subcommand: push } }";

    #[test]
    fn a_policy_does_not_differ_from_itself() {
        let cases: Vec<Judged> = samples().into_iter().map(Judged::Case).collect();
        let changes = diff(&mut judge(PUSH), &mut judge(PUSH), &cases).unwrap();
        assert_eq!(changes.flips, []);
        assert!(changes.judged > 400, "{}", changes.judged);
    }

    #[test]
    fn what_changes_is_said_with_both_rules() {
        let cases = ["git push", "git pull", "ls"].map(|line| Judged::from(Act::Line(line.to_owned())));
        let changes = diff(&mut judge(PUSH), &mut judge(&PUSH.replace("push", "pull").replace("deny", "ask")), &cases);
        let changes = changes.unwrap();
        let said: Vec<(&str, &str, &str, bool)> = changes
            .flips
            .iter()
            .map(|flip| (flip.command.as_str(), flip.old.rule.as_str(), flip.new.rule.as_str(), flip.looser))
            .collect();
        assert_eq!(said, [("git push", "push", "default", true), ("git pull", "default", "pull", false)]);
        assert_eq!(changes.judged, 3);
    }
}
