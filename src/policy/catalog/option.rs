//! Options as the catalog writes them: `-o --output <path>`, `--color [text]`, `--[no-]verify`.

use std::collections::HashMap;
use std::sync::Arc;

/// What the value of an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Anything.
    Text,
    /// A path whose target is read or written.
    Path,
    /// `@PATH` is a path, anything else is text (curl's `--data`).
    AtPath,
    /// `NAME=@PATH` or `NAME=<PATH` is a path (curl's `--form`).
    FormPath,
}

/// Whether an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Never.
    Nothing,
    /// Only attached: `--color=auto`.
    Attached(Kind),
    /// Attached, or the next argument.
    Value(Kind),
}

/// One option with all its spellings.
#[derive(Clone, Debug)]
pub(crate) struct Switch {
    /// Every spelling, the canonical one (the first long one) first.
    pub(crate) spellings: Arc<[String]>,
    pub(crate) takes: Takes,
}

/// The options of a program or subcommand.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptionTable {
    switches: Vec<Switch>,
    by_spelling: HashMap<String, usize>,
    /// What is looked at where this table knows nothing.
    global: Option<Arc<OptionTable>>,
}

impl OptionTable {
    /// Reads the lines of the catalog.
    pub(crate) fn read(lines: &[String]) -> Result<Self, String> {
        let mut table = Self::default();
        for line in lines {
            for switch in switches(line)? {
                table.add(switch)?;
            }
        }
        Ok(table)
    }

    fn add(&mut self, switch: Switch) -> Result<(), String> {
        let index = self.switches.len();
        for spelling in switch.spellings.iter() {
            if self.by_spelling.insert(spelling.clone(), index).is_some() {
                return Err(format!("option {spelling} stands twice"));
            }
        }
        self.switches.push(switch);
        Ok(())
    }

    /// Returns this table with what another one knows besides: the options of a subcommand with the
    /// global ones.
    pub(crate) fn over(self, global: &Arc<Self>) -> Self {
        Self { global: Some(Arc::clone(global)), ..self }
    }

    /// Returns the option that is spelled exactly so. `-NUM` in the catalog stands for `-20`, `+NAME` for
    /// `+nightly`.
    pub(crate) fn exact(&self, spelling: &str) -> Option<&Switch> {
        let own = self.by_spelling.get(spelling).and_then(|index| self.switches.get(*index));
        let found = own.or_else(|| self.global.as_ref()?.exact(spelling));
        let number = || spelling.strip_prefix('-').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
        match found {
            None if spelling.len() > 1 && number() => self.exact("-NUM"),
            None if spelling.starts_with('+') && spelling != "+NAME" => self.exact("+NAME"),
            found => found,
        }
    }

    /// Returns the options that have a long spelling beginning so.
    pub(crate) fn abbreviated(&self, start: &str) -> Vec<&Switch> {
        let begins = |spelling: &&String| spelling.starts_with("--") && spelling.starts_with(start);
        let own = self.switches.iter().filter(|switch| switch.spellings.iter().any(|one| begins(&one)));
        let mut found: Vec<&Switch> = own.collect();
        for switch in self.global.iter().flat_map(|global| global.abbreviated(start)) {
            if !switch.spellings.iter().any(|spelling| self.by_spelling.contains_key(spelling)) {
                found.push(switch);
            }
        }
        found
    }
}

/// Reads one line: the option, and its `--no-` form where the catalog writes `--[no-]name`.
fn switches(line: &str) -> Result<Vec<Switch>, String> {
    let mut spellings = Vec::new();
    let mut negated = Vec::new();
    let mut takes = Takes::Nothing;
    for word in line.split_whitespace() {
        if let Some(kind) = word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
            takes = Takes::Value(self::kind(kind)?);
        } else if let Some(kind) = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            takes = Takes::Attached(self::kind(kind)?);
        } else if let Some(name) = word.strip_prefix("--[no-]") {
            spellings.push(format!("--{name}"));
            negated.push(format!("--no-{name}"));
        } else if (word.starts_with(['-', '+']) && word.len() > 1) || word.ends_with('=') {
            spellings.push(word.to_owned());
        } else {
            return Err(format!("\"{word}\" in \"{line}\" is no option"));
        }
    }
    spellings.sort_by_key(|spelling| !spelling.starts_with("--"));
    if spellings.is_empty() {
        return Err("an option without a spelling".to_owned());
    }
    let mut out = vec![Switch { spellings: spellings.into(), takes }];
    if !negated.is_empty() {
        out.push(Switch { spellings: negated.into(), takes: Takes::Nothing });
    }
    Ok(out)
}

fn kind(word: &str) -> Result<Kind, String> {
    match word {
        "text" => Ok(Kind::Text),
        "path" => Ok(Kind::Path),
        "at-path" => Ok(Kind::AtPath),
        "form-path" => Ok(Kind::FormPath),
        other => Err(format!("\"{other}\" is no kind of value")),
    }
}
