//! One effect of a command, with what it is done to.

use super::host::Host;
use super::kind::{CodeSource, EffectKind};
use crate::policy::fit::Fit;
use crate::policy::matcher::Given;

/// A branch of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Branch {
    Name(String),
    /// Every one (`git push --mirror`).
    All,
    /// Only known when it runs.
    Unknown,
}

/// One effect of a command, with what it is done to.
#[derive(Debug)]
pub(crate) struct Effect {
    pub(crate) kind: EffectKind,
    /// How sure it is that the command has it.
    pub(crate) fit: Fit,
    pub(crate) paths: Vec<Given>,
    /// Nothing for one that is not known.
    pub(crate) hosts: Vec<Option<Host>>,
    pub(crate) branches: Vec<Branch>,
    /// Whether it reaches everything below its paths.
    pub(crate) recursive: Fit,
    pub(crate) source: Option<CodeSource>,
    /// Whether only the line shows it: no argv does.
    pub(crate) on_line: bool,
}

impl Effect {
    /// Makes an effect that is certain and has no objects yet.
    pub(crate) fn of(kind: EffectKind) -> Self {
        Self {
            kind,
            fit: Fit::Certain,
            paths: Vec::new(),
            hosts: Vec::new(),
            branches: Vec::new(),
            recursive: Fit::No,
            source: CodeSource::of(kind),
            on_line: false,
        }
    }

    /// The same, for one that only the line shows.
    pub(crate) fn on_line(kind: EffectKind) -> Self {
        Self { on_line: true, ..Self::of(kind) }
    }

    /// Describes it in one line, as the examples of the catalog are written: `fs.delete /tmp/x recursive`.
    pub(crate) fn describe(&self) -> String {
        let mut words = vec![self.kind.as_str().to_owned()];
        words.extend(self.paths.iter().map(Given::describe));
        words.extend(self.hosts.iter().map(|host| match host {
            Some(Host { name, port: Some(port) }) => format!("{name}:{port}"),
            Some(host) => host.name.clone(),
            None => "?".to_owned(),
        }));
        words.extend(self.branches.iter().map(|branch| match branch {
            Branch::Name(name) => name.clone(),
            Branch::All => "*".to_owned(),
            Branch::Unknown => "?".to_owned(),
        }));
        match self.recursive {
            Fit::Certain | Fit::Possible => words.push("recursive".to_owned()),
            Fit::Unknown => words.push("recursive?".to_owned()),
            Fit::No => {}
        }
        match self.fit {
            Fit::Unknown => words.push("(perhaps)".to_owned()),
            Fit::No | Fit::Possible | Fit::Certain => {}
        }
        words.join(" ")
    }
}
