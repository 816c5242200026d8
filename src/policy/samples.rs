//! Commands to judge policies by: the built-in samples, and files of the same form.

use super::examples;
use super::load::Tested;
use super::set::Policy;
use super::view::Seen;
use crate::model::{Environment, Evaluation, Scope, Situation, Subject, ToolCall, Usage, text};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Everyday and dangerous commands, one JSON object per line.
const SAMPLES: &str = include_str!("samples.jsonl");

/// Where the built-in samples run: described, and the same on every machine.
pub const SAMPLES_CWD: &str = "/home/dev/proj";

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A shell line.
    Line(String),
    /// One command.
    Argv(Vec<OsString>),
    /// A tool call of an agent.
    Tool(ToolCall),
}

/// A command to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name, where it has one.
    pub id: Option<String>,
    /// `everyday` or `dangerous` in the built-in samples.
    pub kind: Option<String>,
    /// Where it runs; the place of the samples where it does not say.
    pub cwd: Option<PathBuf>,
    /// What is done.
    pub act: Act,
}

/// Why a file is no corpus.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct CorpusError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// Returns the built-in samples.
#[must_use]
pub fn samples() -> Vec<Case> {
    // That every line is read, a test holds.
    read_corpus(SAMPLES).unwrap_or_default()
}

/// Reads commands, one JSON object per line: `line` (or `cmdline`), or `argv`, or `tool` with `path` or
/// `url`; and `cwd`, `id` and `kind`. Other members are left alone.
///
/// # Errors
///
/// With the first line that is none.
pub fn read_corpus(text: &str) -> Result<Vec<Case>, CorpusError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| case(line).map_err(|problem| CorpusError { line: index + 1, problem })).collect()
}

fn case(line: &str) -> Result<Case, String> {
    let value: serde_json::Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let member = |name: &str| value.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let line = member("line").or_else(|| member("cmdline"));
    let argv = value.get("argv").map(|argv| {
        let words = argv.as_array().filter(|words| !words.is_empty()).ok_or("argv is a list of words")?;
        let words = words.iter().map(|word| word.as_str().map(OsString::from).ok_or("a word of argv is no text"));
        words.collect::<Result<Vec<OsString>, &str>>()
    });
    let act = match (line, argv, member("tool")) {
        (Some(line), None, _) => Act::Line(line),
        (None, Some(argv), _) => Act::Argv(argv?),
        (None, None, Some(tool)) => {
            Act::Tool(ToolCall { tool, path: member("path").map(PathBuf::from), url: member("url"), line: None })
        }
        _ => return Err("it has neither line, argv nor tool, or more than one of them".to_owned()),
    };
    let cwd = member("cwd").map(PathBuf::from);
    if cwd.as_ref().is_some_and(|cwd| !cwd.is_absolute()) {
        return Err("cwd is not absolute".to_owned());
    }
    Ok(Case { id: member("id"), kind: member("kind"), cwd, act })
}

impl From<&Tested> for Act {
    fn from(tested: &Tested) -> Self {
        match tested {
            Tested::Line(line) => Self::Line(line.clone()),
            Tested::Argv(argv) => Self::Argv(argv.clone()),
            Tested::Tool { name, path, url } => Self::Tool(ToolCall {
                tool: name.clone(),
                path: path.as_ref().map(PathBuf::from),
                url: url.clone(),
                line: None,
            }),
        }
    }
}

impl Act {
    /// Returns the command as a person would write it, raw.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Line(line) => line.clone(),
            Self::Argv(argv) => {
                let words: Vec<String> = argv.iter().map(|word| text::argument(word, usize::MAX)).collect();
                words.join(" ")
            }
            Self::Tool(call) => {
                let path = call.path.as_ref().map(|path| path.to_string_lossy().into_owned());
                let object = path.or_else(|| call.url.clone()).or_else(|| call.line.clone()).unwrap_or_default();
                format!("{} {object}", call.tool).trim_end().to_owned()
            }
        }
    }
}

impl Policy {
    /// Judges what is done in a directory, without running it.
    #[must_use]
    pub fn judge(&self, act: &Act, cwd: &Path) -> Evaluation {
        match act {
            Act::Line(line) => self.evaluate_line_in(line, cwd, &[], &situation()),
            Act::Argv(argv) => self.evaluate_in(&subject(argv, cwd), &situation()),
            Act::Tool(call) => self.evaluate_tool(call, cwd, &situation()),
        }
    }

    /// Says how it is read.
    #[must_use]
    pub fn seen(&self, act: &Act, cwd: &Path) -> Seen {
        match act {
            Act::Line(line) => self.view_line(line, cwd, &[]),
            Act::Argv(argv) => self.view(&subject(argv, cwd)),
            Act::Tool(call) => self.view_tool(call, cwd),
        }
    }
}

/// Describes a session that has just begun, with a person there.
pub(super) fn situation() -> Situation {
    Situation {
        environment: Some(Environment::Interactive),
        usage: Some(Usage::default()),
        variables: Some(Vec::new().into()),
        ..Situation::default()
    }
}

fn subject(argv: &[OsString], cwd: &Path) -> Subject {
    Subject { readings: vec![super::line::invocation(argv.to_vec(), cwd)], scope: Scope::Line }
}

impl super::load::Context {
    /// Describes a place for judging without looking at the disk: `cwd` is the workspace, and the home
    /// folder is the one that it lies in.
    #[must_use]
    pub fn described(cwd: &Path) -> Self {
        let mut parts = cwd.components().skip(1);
        let home = match (parts.next(), parts.next()) {
            (Some(first), Some(name)) if first.as_os_str() == "home" => Path::new("/home").join(name),
            _ => PathBuf::from("/home/user"),
        };
        let places = examples::places();
        Self { world: places.world, ..Self::new(cwd.to_owned(), Some(home), places.tmp) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_read() {
        let cases = read_corpus(SAMPLES).unwrap();
        assert_eq!(cases.len(), SAMPLES.lines().count());
        for kind in ["everyday", "dangerous"] {
            assert!(cases.iter().filter(|case| case.kind.as_deref() == Some(kind)).count() > 100);
        }
    }

    #[test]
    fn what_is_no_case_is_named_by_its_line() {
        for (text, line) in
            [("{\"line\":\"ls\"}\nx", 2), ("{}", 1), ("{\"argv\":[]}", 1), ("{\"line\":\"a\",\"cwd\":\"b\"}", 1)]
        {
            assert_eq!(read_corpus(text).unwrap_err().line, line, "{text}");
        }
    }

    #[test]
    fn the_home_folder_is_that_of_the_workspace() {
        let home = |cwd: &str| Context::described(Path::new(cwd)).home.unwrap();
        assert_eq!(home("/home/dev/proj"), Path::new("/home/dev"));
        assert_eq!(home("/srv/x"), Path::new("/home/user"));
    }

    use crate::policy::Context;
}
