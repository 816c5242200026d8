//! `tollgate policy test`.

use super::given::{Error, Here};
use crate::cli::output;
use crate::model::text::{escape, escape_os};
use crate::model::{Decision, exit};
use crate::policy::testing::{Failure, FileReport, run};
use std::path::{Path, PathBuf};

pub(super) fn test(files: &[PathBuf], json: bool) -> Result<u8, Error> {
    let sources = Here::find(None)?.files_or_all(files)?;
    let mut reports: Vec<FileReport> = Vec::new();
    for source in &sources {
        let report = run(source)?;
        if !json {
            print(&report);
        }
        reports.push(report);
    }
    let sum = |count: fn(&FileReport) -> usize| reports.iter().map(count).sum::<usize>();
    let failures = sum(|report| report.failures.len());
    let (examples, cases, skipped) =
        (sum(|report| report.examples), sum(|report| report.cases), sum(|report| report.skipped));
    if json {
        output::json(&serde_json::json!({
            "files": reports, "examples": examples, "cases": cases, "skipped": skipped, "failures": failures,
        }));
    } else {
        let left = if skipped == 0 { String::new() } else { format!(", {skipped} not run") };
        output::line(format_args!(
            "{} of {} held{left}; {failures} failed",
            examples + cases - skipped - failures,
            examples + cases
        ));
    }
    Ok(if failures == 0 { exit::SUCCESS } else { exit::FOUND })
}

fn print(report: &FileReport) {
    let file = escape_os(report.file.as_os_str());
    let word = if report.failures.is_empty() {
        output::painted("ok", Decision::Allow) + "  "
    } else {
        output::painted("FAIL", Decision::Deny)
    };
    output::line(format_args!("{word}  {file}: {} examples, {} cases", report.examples, report.cases));
    for failure in &report.failures {
        output::text(shown(failure, &report.file));
    }
    if report.skipped > 0 {
        output::line(format_args!("      {} cases were not run: the examples come first", report.skipped));
    }
}

fn shown(failure: &Failure, file: &Path) -> String {
    let escaped = |text: &str| escape(text.as_bytes()).into_owned();
    let file = escape_os(file.as_os_str());
    let mut out = format!("\n      {file}:{}:{} {}\n", failure.line, failure.column, escaped(&failure.test));
    out.push_str(&format!("        {}\n", escaped(&failure.input)));
    out.push_str(&format!("        expected  {}\n", escaped(&failure.expected)));
    out.push_str(&format!("        got       {}\n", escaped(&failure.got)));
    if let Some(rule) = &failure.rule {
        let place = escape_os(rule.file.as_os_str());
        out.push_str(&format!("        rule      {} ({place}:{})\n", escaped(&rule.id), rule.line));
    }
    if let Some(because) = &failure.because {
        out.push_str(&format!("        because   {}\n", escaped(because)));
    }
    for line in &failure.seen {
        out.push_str(&format!("        read as   {}\n", escaped(line)));
    }
    out
}
