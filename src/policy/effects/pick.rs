//! Picking the texts of a command that the catalog points at.

use crate::policy::catalog::{Condition, Count, Filter, Origin, Select, TextTest};
use crate::policy::fit::Fit;
use crate::policy::found::found;
use crate::policy::judged::View;
use crate::policy::normal::{Argument, Clarity, Role, base_name};
use std::ffi::OsString;

/// A text of a command.
#[derive(Clone, Debug)]
pub(super) struct Picked {
    pub(super) text: OsString,
    pub(super) clarity: Clarity,
    pub(super) role: Role,
    pub(super) fit: Fit,
}

impl Picked {
    fn known(text: impl Into<OsString>) -> Self {
        Self { text: text.into(), clarity: Clarity::Known, role: Role::Path, fit: Fit::Certain }
    }

    fn unknown() -> Self {
        Self { clarity: Clarity::Unknown, ..Self::known("?") }
    }
}

/// Returns the texts that some selectors point at.
pub(super) fn all(selects: &[Select], view: &View<'_>) -> Vec<Picked> {
    selects.iter().flat_map(|select| one(select, view)).collect()
}

/// The same as plain text; nothing for one that is not known.
pub(crate) fn texts(selects: &[Select], view: &View<'_>) -> Vec<Option<String>> {
    let plain = |picked: Picked| (picked.clarity == Clarity::Known).then(|| picked.text.into_string().ok()).flatten();
    all(selects, view).into_iter().map(plain).collect()
}

fn one(select: &Select, view: &View<'_>) -> Vec<Picked> {
    let mut found = origin(&select.origin, view);
    if select.filter != Filter::All {
        found = found.into_iter().filter_map(|picked| filtered(picked, select.filter)).collect();
    }
    if let Some(regex) = &select.regex {
        // A faulty expression finds what is not known.
        let Some(regex) = regex.get() else { return vec![Picked::unknown()] };
        let groups = |picked: Picked| {
            if picked.clarity == Clarity::Unknown {
                return vec![picked];
            }
            let text = picked.text.to_string_lossy().into_owned();
            let of = |captures: regex::Captures<'_>| {
                let group = if regex.captures_len() > 1 { captures.get(1) } else { captures.get(0) };
                let role = if picked.role == Role::Entry { Role::Entry } else { Role::Path };
                group.map(|found| Picked { text: found.as_str().into(), role, ..picked.clone() })
            };
            regex.captures_iter(&text).filter_map(of).collect()
        };
        found = found.into_iter().flat_map(groups).collect();
    }
    if select.names_in {
        found = found.iter().flat_map(|folder| inside(folder, &select.origin, view)).collect();
    }
    found
}

fn origin(origin: &Origin, view: &View<'_>) -> Vec<Picked> {
    let command = &view.command;
    let operand = |operand: &crate::policy::normal::Operand| Picked {
        text: operand.text.clone(),
        clarity: operand.clarity,
        role: if operand.role == Role::Entry { Role::Entry } else { Role::Path },
        fit: if operand.may_be_value { Fit::Possible } else { Fit::Certain },
    };
    match origin {
        Origin::Operands { from, to } => {
            let count = command.operands.len();
            let index = |at: isize| if at < 0 { count.checked_add_signed(at) } else { usize::try_from(at).ok() };
            let (Some(from), Some(to)) = (index(*from), index(*to)) else { return Vec::new() };
            command.operands.iter().take(to.saturating_add(1)).skip(from).map(operand).collect()
        }
        Origin::AfterDashes => {
            let skip = command.dashes.map_or(usize::MAX, |(operands, _)| operands);
            command.operands.iter().skip(skip).map(operand).collect()
        }
        Origin::Option(name) => option(name, view),
        Origin::Found => found(command).into_iter().map(found_file).collect(),
        Origin::Typed if view.candidate.stdin.is_none() && !view.candidate.fed_by().is_empty() => Vec::new(),
        Origin::Stdin | Origin::Typed => match (&view.candidate.stdin, view.candidate.fed) {
            (Some(text), _) => vec![Picked::known(text.as_ref())],
            (None, true) => vec![Picked::unknown()],
            (None, false) => Vec::new(),
        },
        Origin::Fed => {
            let read = view.candidate.fed_by().into_iter();
            read.map(|(text, clarity)| Picked { clarity, ..Picked::known(text) }).collect()
        }
        Origin::Cwd => vec![Picked::known(".")],
        Origin::Literal(text) => vec![Picked::known(text)],
        Origin::Unknown => vec![Picked::unknown()],
    }
}

/// Files that find(1) finds are names in a folder: links are not followed.
fn found_file(word: Argument) -> Picked {
    let clarity = match word {
        Argument::Known(_) => Clarity::Known,
        Argument::Pattern(_) => Clarity::Pattern,
        Argument::Unknown(_) | Argument::Quoted(_) => Clarity::Unknown,
    };
    Picked { clarity, role: Role::Entry, ..Picked::known(word.shown()) }
}

fn option(name: &str, view: &View<'_>) -> Vec<Picked> {
    let given = view.command.flags.iter().filter(|flag| flag.spellings.iter().any(|own| own == name));
    given
        .filter_map(|flag| {
            let fit = if flag.certain { Fit::Certain } else { Fit::Possible };
            let role = flag.role;
            match (&flag.value, &flag.hidden) {
                (Some(value), _) => Some(Picked { text: value.clone(), clarity: Clarity::Known, role, fit }),
                (None, Some((text, clarity))) => Some(Picked { text: text.clone(), clarity: *clarity, role, fit }),
                (None, None) => None,
            }
        })
        .collect()
}

/// Returns what a word that is not known certainly begins with.
pub(super) fn literal_start(written: &str) -> &str {
    let written = written.strip_prefix('"').unwrap_or(written);
    written.split(['$', '`', '"', '\'', '\\', '*', '?', '[', '{']).next().unwrap_or_default()
}

/// `scheme://…`, `user@host:path`, `host:path`: what scp(1) and rsync(1) take for another machine.
fn is_remote(text: &str) -> bool {
    if text.starts_with(['/', '.', '~', '-']) {
        return false;
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return !scheme.eq_ignore_ascii_case("file");
    }
    let start = text.split('/').next().unwrap_or_default();
    start.find(':').is_some_and(|at| at > 0) || start.starts_with('[')
}

fn filtered(picked: Picked, filter: Filter) -> Option<Picked> {
    let text = picked.text.to_string_lossy().into_owned();
    let unknown = picked.clarity == Clarity::Unknown;
    // A part is written out all the same: what begins with `https://` is one.
    let text = if unknown { literal_start(&text).to_owned() } else { text };
    if unknown && !text.contains("://") {
        return Some(picked);
    }
    let role = if picked.role == Role::Entry { Role::Entry } else { Role::Path };
    let picked = Picked { role, ..picked };
    let file = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("file:"));
    match filter {
        Filter::All => Some(picked),
        Filter::Remote => is_remote(&text).then_some(picked),
        Filter::Local => (!is_remote(&text) && !file).then_some(picked),
        Filter::Url => (text.contains("://") && !file).then_some(picked),
        Filter::Web => (!file).then_some(picked),
        Filter::FileUrl => {
            if unknown && file {
                return Some(picked);
            }
            Some(Picked { text: file_url(&text)?.into(), ..picked })
        }
    }
}

/// Returns the path in a `file:` URL, with `%2e` and the like replaced.
pub(super) fn file_url(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.get(5..).filter(|_| text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("file:")))?;
    // `file:///x`, `file://host/x`, `file:/x`.
    let path = rest.strip_prefix("//").map_or(rest, |rest| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
    Some(percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned())
}

/// Returns what the other operands are called inside a folder that is the target.
fn inside(folder: &Picked, origin: &Origin, view: &View<'_>) -> Vec<Picked> {
    let operands = &view.command.operands;
    let last = matches!(origin, Origin::Operands { to: -1, .. });
    let others = operands.len().saturating_sub(usize::from(last));
    let join = |operand: &crate::policy::normal::Operand| {
        let mut text = folder.text.clone();
        text.push("/");
        text.push(base_name(&operand.text));
        let clarity = if folder.clarity == Clarity::Known { operand.clarity } else { folder.clarity };
        Picked { text, clarity, ..folder.clone() }
    };
    // A name that is not known is one in a folder that is judged itself.
    operands.iter().take(others).filter(|operand| operand.clarity != Clarity::Unknown).map(join).collect()
}

/// Says how well a condition holds.
pub(crate) fn holds(condition: &Condition, view: &View<'_>) -> Fit {
    let command = &view.command;
    let mut fit = Fit::Certain;
    if !condition.any.is_empty() {
        fit = Fit::any(condition.any.iter().map(|flag| flag.among(command)));
    }
    fit = fit.min(Fit::all(condition.all.iter().map(|flag| flag.among(command))));
    fit = fit.min(Fit::any(condition.unless.iter().map(|flag| flag.stands(command))).negated());
    if let Some(count) = condition.count {
        fit = fit.min(counted(count, view));
    }
    if condition.fed.is_some_and(|fed| fed != (view.candidate.fed || view.candidate.stdin.is_some())) {
        return Fit::No;
    }
    for test in &condition.text {
        if fit == Fit::No {
            break;
        }
        fit = fit.min(says(test, view));
    }
    fit
}

fn counted(count: Count, view: &View<'_>) -> Fit {
    let operands = &view.command.operands;
    let holds = operands.len() >= count.least && count.most.is_none_or(|most| operands.len() <= most);
    let open = operands.iter().any(|operand| operand.clarity != Clarity::Known);
    if open { Fit::of(holds).max(Fit::Unknown) } else { Fit::of(holds) }
}

fn says(test: &TextTest, view: &View<'_>) -> Fit {
    let texts = all(&test.of, view);
    let search = |regex: &crate::policy::catalog::LazyRegex| {
        Fit::any(texts.iter().map(|picked| match (picked.clarity, regex.get()) {
            (Clarity::Unknown, _) | (_, None) => Fit::Unknown,
            (Clarity::Known | Clarity::Pattern, Some(regex)) => {
                Fit::of(regex.is_match(&picked.text.to_string_lossy())).min(picked.fit)
            }
        }))
    };
    let wanted = test.regex.as_ref().map_or(Fit::Certain, search);
    let unwanted = test.not.as_ref().map_or(Fit::No, search);
    wanted.min(unwanted.negated())
}
