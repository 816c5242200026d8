//! `tollgate check` and `tollgate explain`.

use super::args::CheckArgs;
use super::{output, run};
use crate::launch::{Caller, Places};
use crate::model::text::{COMMAND_LIMIT, command, escape, escape_os};
use crate::model::{
    Decision, Evaluation, Invocation, Match, Names, Outcome, Program, Scope, Situation, Subject, ToolCall, Usage, Via,
    Weight, exit,
};
use crate::policy::samples::Act;
use crate::policy::{Policy, Seen, SeenCommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// What was judged.
struct Judged {
    policy: Policy,
    evaluation: Evaluation,
    /// How it is read.
    seen: Seen,
    shown: String,
}

pub(super) fn check(arguments: &CheckArgs) -> u8 {
    answer(arguments, |judged| {
        let evaluation = &judged.evaluation;
        let mut line =
            format!("{}  {}", output::painted(evaluation.decision.as_str(), evaluation.decision), judged.shown);
        line.push_str(&format!("  ({})", because(evaluation)));
        output::line(line);
        if let Some(reason) = evaluation.deciding().and_then(|found| found.reason.as_deref()) {
            output::line(format_args!("      {}", escape(reason.as_bytes())));
        }
    })
}

pub(super) fn explain(arguments: &CheckArgs) -> u8 {
    answer(arguments, |judged| output::text(explanation(judged)))
}

fn answer(arguments: &CheckArgs, print: impl FnOnce(&Judged)) -> u8 {
    match judge(arguments) {
        Ok(judged) => {
            if arguments.json {
                output::json(&json(&judged));
            } else {
                print(&judged);
            }
            match judged.evaluation.decision {
                Decision::Allow => exit::SUCCESS,
                Decision::Deny => exit::DENIED,
                Decision::Ask => exit::ASK,
            }
        }
        Err(error) => {
            output::say(error);
            exit::FAILED
        }
    }
}

fn judge(arguments: &CheckArgs) -> Result<Judged, String> {
    let caller = Caller::read().map_err(|error| format!("cannot read the working directory: {error}"))?;
    let places = Places::find(&caller, None).map_err(|error| error.to_string())?;
    let context = caller.context(&places).map_err(|error| error.to_string())?;
    let sources = run::sources(&arguments.policy, &caller, &places);
    let policy = Policy::load(&sources, &context).map_err(|errors| errors.to_string())?;
    for note in policy.notes() {
        output::say(escape(note.as_bytes()));
    }
    let situation = Situation {
        now: Some(std::time::SystemTime::now()),
        usage: Some(Usage::default()),
        ancestors: Some(Default::default()),
        ..caller.situation(None, &policy)
    };
    let call = arguments.tool.as_ref().map(|tool| ToolCall {
        tool: tool.clone(),
        path: arguments.path.clone(),
        url: arguments.url.clone(),
        line: arguments.line.clone(),
    });
    let (evaluation, seen, shown) = match (&call, &arguments.line) {
        (Some(call), _) => (
            policy.evaluate_tool(call, &caller.cwd, &situation),
            policy.view_tool(call, &caller.cwd),
            escape(Act::Tool(call.clone()).shown().as_bytes()).into_owned(),
        ),
        (None, Some(line)) => (
            policy.evaluate_line_in(line, &caller.cwd, &[], &situation),
            policy.view_line(line, &caller.cwd, &[]),
            escape(line.as_bytes()).into_owned(),
        ),
        (None, None) => {
            let subject = Subject { readings: vec![invocation(&caller, &arguments.command)], scope: Scope::Line };
            (
                policy.evaluate_in(&subject, &situation),
                policy.view(&subject),
                command(&arguments.command, COMMAND_LIMIT),
            )
        }
    };
    Ok(Judged { policy, evaluation, seen, shown })
}

/// Describes a command as the gate would see it, found through PATH.
fn invocation(caller: &Caller, argv: &[OsString]) -> Invocation {
    let zeroth = argv.first().cloned().unwrap_or_default();
    let name = PathBuf::from(&zeroth).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let found = caller.find(&zeroth).map(|path| std::fs::canonicalize(&path).unwrap_or(path));
    let certain = if found.is_some() { vec![name.clone()] } else { Vec::new() };
    Invocation {
        program: Program {
            names: Names { certain, possible: vec![name] },
            paths: found.into_iter().collect(),
            file: None,
            sha256: None,
        },
        argv: argv.to_vec(),
        cwd: caller.cwd.clone(),
        environment: Vec::new(),
        process: None,
        via: Via::Direct,
    }
}

fn because(evaluation: &Evaluation) -> String {
    match evaluation.outcome {
        Outcome::Rule(_) => evaluation.deciding().map_or_else(String::new, |found| {
            let file = escape_os(found.place.file.as_os_str());
            format!("rule {}, {file}:{}", escape(found.rule.as_str().as_bytes()), found.place.line)
        }),
        Outcome::Default => "no rule matches; the default".to_owned(),
        Outcome::Unknown => {
            let why = evaluation.unknown.as_deref().unwrap_or("a part cannot be known");
            format!("unknown: {}", escape(why.as_bytes()))
        }
    }
}

/// Returns what a match says: its decision in colour, or that it decides nothing.
fn word(found: &Match) -> String {
    match found.weight {
        Weight::Decides | Weight::Tightens => output::decision(found.decision),
        Weight::Counted | Weight::Noted => format!("{:<5}", found.word()),
    }
}

fn explanation(judged: &Judged) -> String {
    let evaluation = &judged.evaluation;
    let mut out =
        format!("{}  {}\n\n", output::painted(evaluation.decision.as_str(), evaluation.decision), judged.shown);
    out.push_str(&reading(&judged.seen));
    if evaluation.matches.is_empty() {
        out.push_str("No rule matches.\n");
    }
    for found in &evaluation.matches {
        let place = &found.place;
        let file = escape_os(place.file.as_os_str());
        let id = escape(found.rule.as_str().as_bytes());
        out.push_str(&format!("  {}  {id}\n", word(found)));
        out.push_str(&format!(
            "         at       {file}:{}:{} ({} layer)\n",
            place.line,
            place.column,
            place.layer.as_str()
        ));
        out.push_str(&format!("         matches  {}\n", escape(found.command.as_bytes())));
        for (label, text) in [("because", &found.reason), ("instead", &found.suggest)] {
            if let Some(text) = text {
                out.push_str(&format!("         {label}  {}\n", escape(text.as_bytes())));
            }
        }
        if let Some(severity) = found.severity {
            out.push_str(&format!("         severity {}\n", severity.as_str()));
        }
        if !found.controls.is_empty() {
            out.push_str(&format!("         controls {}\n", escape(found.controls.join(", ").as_bytes())));
        }
    }
    if let Some(unknown) = &evaluation.unknown {
        out.push_str(&format!("\nNot known: {}\n", escape(unknown.as_bytes())));
    }
    out.push_str(&format!("\n{}\n", why(judged)));
    out
}

/// Says how the command is read, a paragraph for each command in it.
fn reading(seen: &Seen) -> String {
    let mut out = String::new();
    for one in &seen.commands {
        out.push_str(&format!("  read as  {}\n", escape(one.command.as_bytes())));
        for (label, text) in parts(one) {
            out.push_str(&format!("           {label:<11} {}\n", escape(text.as_bytes())));
        }
    }
    for why in &seen.unread {
        out.push_str(&format!("  not read {}\n", escape(why.as_bytes())));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn parts(one: &SeenCommand) -> Vec<(&'static str, String)> {
    let program = match &one.subcommand {
        Some(name) => format!("{} {name}", one.program),
        None => one.program.clone(),
    };
    let mut found = vec![("program", program)];
    found.extend((!one.flags.is_empty()).then(|| ("options", one.flags.join(" "))));
    found.extend((!one.operands.is_empty()).then(|| ("operands", one.operands.join(" "))));
    found.extend(one.effects.iter().map(|effect| ("does", effect.clone())));
    found.extend(one.starts_another.then(|| ("note", "only starts the next command, which is judged too".to_owned())));
    found.extend((!one.known).then(|| ("note", "not in the catalog: read in every way it could be meant".to_owned())));
    found.extend(
        (one.known && !one.bounded)
            .then(|| ("note", "may do more than the catalog knows: no allow rule covers it".to_owned())),
    );
    found.extend(one.open.then(|| ("note", "a part is only known when it runs".to_owned())));
    found
}

fn why(judged: &Judged) -> String {
    let evaluation = &judged.evaluation;
    let defaults = judged.policy.defaults();
    match evaluation.outcome {
        Outcome::Rule(_) => format!(
            "The strictest rule that matches decides, whatever the order: deny before ask before allow. So {}.",
            evaluation.decision
        ),
        Outcome::Default => format!("No rule decides, so the policy's defaults.action does: {}.", defaults.action),
        Outcome::Unknown => {
            format!(
                "A part cannot be known before it runs, so the policy's defaults for that decide: {}.",
                evaluation.decision
            )
        }
    }
}

fn json(judged: &Judged) -> serde_json::Value {
    let evaluation = &judged.evaluation;
    let matches: Vec<serde_json::Value> = evaluation
        .matches
        .iter()
        .map(|found| {
            serde_json::json!({
                "rule": found.rule.as_str(),
                "decision": found.word(),
                "file": found.place.file.to_string_lossy(),
                "line": found.place.line,
                "column": found.place.column,
                "layer": found.place.layer.as_str(),
                "command": found.command,
                "reason": found.reason.as_deref(),
                "suggest": found.suggest.as_deref(),
                "severity": found.severity.map(crate::model::Severity::as_str),
                "controls": &*found.controls,
                "tags": &*found.tags,
            })
        })
        .collect();
    serde_json::json!({
        "decision": evaluation.decision.as_str(),
        "rule": evaluation.rule_name(),
        "because": because(evaluation),
        "unknown": evaluation.unknown,
        "view": judged.seen,
        "matches": matches,
        "policy": judged.policy.digest().to_string(),
    })
}
