//! Running what a policy file says of itself: the examples beside its rules, and its tests.

use super::examples;
use super::load::{Complaint, Context, LoadErrors, Source, TestCase};
use super::outline::{Outline, get, items, text, word};
use super::samples::Act;
use super::set::Policy;
use super::view::Seen;
use crate::model::{Decision, Evaluation};
use std::path::{Path, PathBuf};

/// The code of a complaint about an example that does not hold.
const EXAMPLE: &str = "P040";

/// How a file did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FileReport {
    /// The file.
    pub file: PathBuf,
    /// How many examples stand beside its rules.
    pub examples: usize,
    /// How many cases its tests have.
    pub cases: usize,
    /// How many of the cases were not run, because an example does not hold.
    pub skipped: usize,
    /// What does not hold.
    pub failures: Vec<Failure>,
}

/// A rule, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RulePlace {
    /// Its id.
    pub id: String,
    /// Its file.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: u32,
}

/// An example or a case that does not hold. All texts are raw: not escaped for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// The name of the test, or of which rule it is an example.
    pub test: String,
    /// The line that it stands on, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What was judged.
    pub input: String,
    /// What is written.
    pub expected: String,
    /// What came out.
    pub got: String,
    /// The rule that decided, or that the example belongs to.
    pub rule: Option<RulePlace>,
    /// Why: what decided where no rule did.
    pub because: Option<String>,
    /// How the input is read.
    pub seen: Vec<String>,
}

/// Runs the examples and tests of one file.
///
/// # Errors
///
/// When the file does not load for another reason than an example.
pub fn run(source: &Source) -> Result<FileReport, LoadErrors> {
    let outline = Outline::read(source)?;
    let mut report = FileReport { file: outline.name.clone(), examples: 0, cases: 0, skipped: 0, failures: Vec::new() };
    let beside = beside(&outline);
    report.examples = beside.len();
    let failed = match Policy::load(std::slice::from_ref(source), &described(None)) {
        Ok(_) => Vec::new(),
        Err(errors) if errors.complaints().iter().all(|one| one.code == EXAMPLE) => errors.complaints().to_vec(),
        Err(errors) => return Err(errors),
    };
    report.cases = count_cases(&outline);
    if failed.is_empty() {
        let policy = Policy::load(std::slice::from_ref(source), &described(None))?;
        // What it extends has tests of its own.
        let own = policy.files().iter().find(|file| file.path == outline.name);
        for test in own.map(|file| file.tests.as_slice()).unwrap_or_default() {
            let cwd = test.cwd.clone().unwrap_or(examples::places().workspace);
            let policy = Policy::load(std::slice::from_ref(source), &described(Some(&cwd)))?;
            let name = test.name.as_deref().unwrap_or("test");
            report.failures.extend(test.cases.iter().filter_map(|case| hold(name, &cwd, case, &policy)));
        }
    } else {
        report.skipped = report.cases;
        report.failures = failed.iter().map(|complaint| of_example(complaint, &beside)).collect();
    }
    Ok(report)
}

/// Returns the place in which a case runs: the same on every machine.
fn described(cwd: Option<&PathBuf>) -> Context {
    Context::described(cwd.unwrap_or(&examples::places().workspace))
}

fn count_cases(outline: &Outline) -> usize {
    let tests = get(&outline.root, "tests").map(items).unwrap_or_default();
    tests.iter().filter_map(|test| get(test, "cases")).map(|cases| items(cases).len()).sum()
}

fn hold(test: &str, cwd: &Path, case: &TestCase, policy: &Policy) -> Option<Failure> {
    let act = Act::from(&case.what);
    let evaluation = policy.judge(&act, cwd);
    if evaluation.decision == case.expect {
        return None;
    }
    Some(Failure {
        test: test.to_owned(),
        line: case.line,
        column: case.column,
        input: act.shown(),
        expected: case.expect.to_string(),
        got: evaluation.decision.to_string(),
        rule: evaluation.deciding().map(|found| RulePlace {
            id: found.rule.as_str().to_owned(),
            file: (*found.place.file).clone(),
            line: found.place.line,
        }),
        because: because(&evaluation, policy),
        seen: lines(&policy.seen(&act, cwd)),
    })
}

/// Says what decided where no rule did.
fn because(evaluation: &Evaluation, policy: &Policy) -> Option<String> {
    use crate::model::Outcome;
    match evaluation.outcome {
        Outcome::Rule(_) => None,
        Outcome::Default => Some(format!("no rule matches: defaults.action is {}", policy.defaults().action)),
        Outcome::Unknown => {
            Some(format!("a part is not known: {}", evaluation.unknown.as_deref().unwrap_or("only known when it runs")))
        }
    }
}

/// Returns how something is read, a line for each command.
#[must_use]
pub fn lines(seen: &Seen) -> Vec<String> {
    let mut out: Vec<String> = seen.commands.iter().map(super::view::SeenCommand::one_line).collect();
    out.extend(seen.unread.iter().map(|why| format!("not read: {why}")));
    out
}

/// An example as it stands in the file.
struct Beside {
    line: u32,
    column: u32,
    rule: RulePlace,
    decision: Option<Decision>,
    matches: bool,
    input: String,
}

/// Finds every example of a file.
fn beside(outline: &Outline) -> Vec<Beside> {
    let mut found = Vec::new();
    for (number, rule) in outline.rules().iter().enumerate() {
        let id = word(rule, "id").map_or_else(|| format!("rule-{}", number + 1), str::to_owned);
        let place = RulePlace { id, file: outline.name.clone(), line: rule.spot.line };
        let decision = [Decision::Allow, Decision::Ask, Decision::Deny]
            .into_iter()
            .find(|decision| word(rule, "action") == Some(decision.as_str()));
        let Some(examples) = get(rule, "examples") else { continue };
        for (key, matches) in [("match", true), ("not_match", false)] {
            for item in get(examples, key).map(items).unwrap_or_default() {
                let argv = get(item, "argv").map(|argv| {
                    let words: Vec<&str> = super::outline::texts(argv).into_iter().map(|(word, _)| word).collect();
                    crate::model::text::command(&words, usize::MAX)
                });
                let input = text(item).or_else(|| word(item, "line")).map(str::to_owned).or(argv).unwrap_or_default();
                found.push(Beside {
                    line: item.spot.line,
                    column: item.spot.column,
                    rule: place.clone(),
                    decision,
                    matches,
                    input,
                });
            }
        }
    }
    found
}

fn of_example(complaint: &Complaint, beside: &[Beside]) -> Failure {
    let found = beside.iter().find(|one| (one.line, one.column) == (complaint.line, complaint.column));
    let words = |matches: bool| {
        let word = if matches { "the rule matches" } else { "the rule does not match" };
        let decision = found.and_then(|found| found.decision);
        decision.filter(|_| matches).map_or_else(|| word.to_owned(), |decision| format!("{word} ({decision})"))
    };
    let expected = found.is_some_and(|found| found.matches);
    Failure {
        test: found.map_or_else(|| "example".to_owned(), |found| format!("example of rule {}", found.rule.id)),
        line: complaint.line,
        column: complaint.column,
        input: found.map(|found| found.input.clone()).unwrap_or_default(),
        expected: words(expected),
        got: words(!expected),
        rule: found.map(|found| found.rule.clone()),
        because: Some(complaint.message.clone()),
        seen: complaint.fix.iter().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layer;

    fn report(text: &str) -> Result<FileReport, LoadErrors> {
        run(&Source::Text { name: "x.yaml".to_owned(), text: text.to_owned(), layer: Layer::Session })
    }

    const POLICY: &str = "version: \"1.0\"
defaults: { action: allow }
rules:
  - id: no-push
    action: deny
    match: { program: git, subcommand: push }
    examples: { match: [\"git push\"], not_match: [\"git pull\"] }
  - id: outside
    action: ask
    match: { program: rm, path: { outside: [workspace] } }
tests:
  - name: work
    cwd: /home/dev/proj
    cases:
      - { line: \"git -C x push\", expect: deny }
      - { line: \"rm src/x\", expect: allow }
      - { argv: [rm, ~/x], expect: ask }
";

    #[test]
    fn what_holds_is_counted() {
        let report = report(POLICY).unwrap();
        assert_eq!((report.examples, report.cases, report.skipped), (2, 3, 0));
        assert_eq!(report.failures, []);
    }

    #[test]
    fn a_case_that_fails_says_what_decided_and_how_it_was_read() {
        let report = report(&POLICY.replace("expect: deny", "expect: ask")).unwrap();
        let [failure] = &report.failures[..] else { panic!("{report:?}") };
        assert_eq!((failure.expected.as_str(), failure.got.as_str(), failure.line), ("ask", "deny", 15));
        assert_eq!(failure.rule.as_ref().unwrap().line, 4);
        assert_eq!(failure.seen, ["git, subcommand push, flags -C=x"]);
    }

    #[test]
    fn an_example_that_fails_is_a_failure_and_no_load_error() {
        let report = report(&POLICY.replace("git pull", "git push x")).unwrap();
        let [failure] = &report.failures[..] else { panic!("{report:?}") };
        assert_eq!(failure.test, "example of rule no-push");
        assert_eq!(failure.input, "git push x");
        assert_eq!(
            (failure.expected.as_str(), failure.got.as_str()),
            ("the rule does not match", "the rule matches (deny)")
        );
        assert_eq!(report.skipped, 3);
    }

    #[test]
    fn a_test_that_is_no_test_is_a_load_error() {
        for (from, to) in [("expect: ask", "expekt: ask"), ("cases:", "case:"), ("cwd: /home", "cwd: home")] {
            assert!(report(&POLICY.replace(from, to)).is_err(), "{to}");
        }
    }
}
