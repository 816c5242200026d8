//! `tollgate policy lint`.

use super::given::{Error, Here};
use crate::cli::output;
use crate::model::exit;
use crate::policy::lint::{Finding, Level, lint as look};
use std::path::PathBuf;

pub(super) fn lint(files: &[PathBuf], strict: bool, json: bool) -> Result<u8, Error> {
    let here = Here::find(None)?;
    let sources = here.files_or_all(files)?;
    let context = here.context()?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let found = if files.is_empty() {
        look(&sources, &context, today)?
    } else {
        // Files that are named are looked at one by one: nobody says that they hold together.
        let mut found = Vec::new();
        for source in &sources {
            found.extend(look(std::slice::from_ref(source), &context, today)?);
        }
        found
    };
    let count = |level: Level| found.iter().filter(|one| one.level == level && one.waived.is_none()).count();
    let (warnings, advice) = (count(Level::Warning), count(Level::Advice));
    if json {
        let all: Vec<serde_json::Value> = found.iter().map(one).collect();
        output::json(&serde_json::json!({ "findings": all, "warnings": warnings, "advice": advice }));
    } else {
        for finding in found.iter().filter(|one| one.waived.is_none()) {
            output::line(&finding.complaint);
        }
        output::line(closing(sources.len(), &found, strict));
    }
    let counts = warnings + if strict { advice } else { 0 };
    Ok(if counts == 0 { exit::SUCCESS } else { exit::FOUND })
}

fn closing(files: usize, found: &[Finding], strict: bool) -> String {
    let open = |level: Level| found.iter().filter(|one| one.level == level && one.waived.is_none()).count();
    let (warnings, advice) = (open(Level::Warning), open(Level::Advice));
    let waived = found.len() - warnings - advice;
    let many = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let mut line = format!("{} in {}", many(warnings, "warning"), many(files, "file"));
    if advice > 0 {
        line.push_str(&format!(", {advice} advice"));
        line.push_str(if strict { "" } else { " (counts with --strict)" });
    }
    if waived > 0 {
        line.push_str(&format!(", {waived} waived"));
    }
    line
}

fn one(finding: &Finding) -> serde_json::Value {
    let complaint = &finding.complaint;
    serde_json::json!({
        "code": complaint.code,
        "level": finding.level,
        "rule": finding.rule,
        "file": complaint.file,
        "line": complaint.line,
        "column": complaint.column,
        "message": complaint.message,
        "fix": complaint.fix,
        "waived": finding.waived,
    })
}
