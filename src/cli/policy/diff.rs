//! `tollgate policy diff`.

use super::given::{Error, Here, named};
use super::records;
use crate::cli::args::PolicyArgs;
use crate::cli::output;
use crate::model::text::{COMMAND_LIMIT, escape, escape_os, shorten};
use crate::model::{Decision, exit};
use crate::policy::diff::{Changes, Flip, Judge, Judged, Side, diff as compare};
use crate::policy::samples::{read_corpus, samples};
use crate::policy::{Context, Source};
use std::path::{Path, PathBuf};

/// What is compared, and over what.
pub(super) struct Asked<'a> {
    pub(super) old: &'a Path,
    pub(super) new: &'a Path,
    pub(super) corpora: &'a [PathBuf],
    pub(super) sessions: &'a [PathBuf],
    pub(super) json: bool,
}

pub(super) fn diff(asked: &Asked<'_>) -> Result<u8, Error> {
    let here = Here::find(None)?;
    let (old, new) = (side(asked.old, &here)?, side(asked.new, &here)?);
    let mut cases = Vec::new();
    for path in asked.corpora {
        let shown = escape_os(path.as_os_str()).into_owned();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: shown.clone(), source })?;
        let read = read_corpus(&text).map_err(|source| Error::Corpus { path: shown, source })?;
        cases.extend(read.into_iter().map(Judged::Case));
    }
    if asked.corpora.is_empty() && asked.sessions.is_empty() {
        cases.extend(samples().into_iter().map(Judged::Case));
    }
    let mut changes = compare(&mut judge(&old), &mut judge(&new), &cases)?;
    if !asked.sessions.is_empty() {
        let recorded = records::judged(asked.sessions, &here.caller)?;
        let more = compare(&mut here.judge(old)?, &mut here.judge(new)?, &recorded)?;
        changes.judged += more.judged;
        changes.flips.extend(more.flips);
        changes.flips.sort_by_key(|flip| !flip.looser);
    }
    if asked.json {
        output::json(&changes);
    } else {
        print(&changes);
    }
    Ok(if changes.flips.is_empty() { exit::SUCCESS } else { exit::FOUND })
}

/// Returns the sources of one side.
fn side(name: &Path, here: &Here) -> Result<Vec<Source>, Error> {
    if name == Path::new("here") {
        return Ok(here.all(&PolicyArgs { policies: Vec::new() }));
    }
    Ok(vec![named(name)?])
}

/// Judges in a described place.
fn judge(sources: &[Source]) -> Judge {
    Judge::new(sources.to_vec(), Box::new(Context::described))
}

fn print(changes: &Changes) {
    for flip in &changes.flips {
        output::text(shown(flip));
    }
    let looser = changes.flips.iter().filter(|flip| flip.looser).count();
    let mut line = format!("{} of {} decisions change", changes.flips.len(), changes.judged);
    if !changes.flips.is_empty() {
        line.push_str(&format!(": {looser} looser, {} stricter", changes.flips.len() - looser));
    }
    output::line(line);
}

fn shown(flip: &Flip) -> String {
    let id = flip.id.as_deref().map(|id| format!("  [{}]", escape(id.as_bytes()))).unwrap_or_default();
    let mark = if flip.looser { output::painted("LOOSER", Decision::Deny) + "  " } else { "stricter".to_owned() };
    let command = shorten(&escape(flip.command.as_bytes()), COMMAND_LIMIT);
    let side = |side: &Side| {
        let place = side.place.as_deref().map(|place| format!(" at {}", escape(place.as_bytes()))).unwrap_or_default();
        format!("{:<5} {}{place}", side.decision, escape(side.rule.as_bytes()))
    };
    format!("{mark}  {command}{id}\n            {}\n         -> {}\n", side(&flip.old), side(&flip.new))
}
