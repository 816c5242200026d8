//! The built-in policy `dev-standard` against lines with a known verdict: what a coding agent runs every
//! day, and what must not run.

use super::support::{CWD, context, line};
use crate::model::{Decision, Evaluation, Invocation, Scope, Situation, Subject, ToolCall};
use crate::policy::{Context, Described, Policy, Source, World};
use serde_json::Value;

fn dev_standard(case: &Value) -> Policy {
    let links = case["symlinks"].as_object().into_iter().flatten();
    let world = World::described(Described {
        links: links.map(|(link, target)| (link.into(), target.as_str().unwrap().into())).collect(),
        branches: vec![(CWD.into(), "feature/login".to_owned())],
    });
    let context = Context { world, ..context() };
    Policy::load(&[Source::Builtin("dev-standard")], &context).unwrap_or_else(|errors| panic!("{errors}"))
}

fn judge(policy: &Policy, case: &Value) -> Option<Evaluation> {
    if let Some(text) = case["cmdline"].as_str() {
        return Some(line(policy, text));
    }
    let text = |name: &str| case[name].as_str().map(str::to_owned);
    if case["path"].is_string() || case["url"].is_string() {
        let call = ToolCall { tool: text("tool")?, path: text("path").map(Into::into), url: text("url"), line: None };
        return Some(policy.evaluate_tool(&call, CWD.as_ref(), &Situation::default()));
    }
    let argv = case["argv"].as_array()?;
    let argv: Vec<_> = argv.iter().map(|word| word.as_str().unwrap().into()).collect();
    let mut reading: Invocation = crate::policy::line::invocation(argv, CWD.as_ref());
    let exe = case["exe"].as_str()?;
    reading.program = crate::policy::line::program(exe.as_ref(), CWD.as_ref());
    Some(policy.evaluate(&Subject { readings: vec![reading], scope: Scope::Line }))
}

fn cases(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_built_in_policy_judges_the_corpora_as_they_are_labelled() {
    let plain = dev_standard(&Value::Null);
    let (mut asked_only, mut allowed, mut denied_for_ask, mut stopped) = (vec![], vec![], 0, vec![]);
    let benign = cases(include_str!("../../../tests/corpus/benign.jsonl"));
    let danger = cases(include_str!("../../../tests/corpus/danger.jsonl"));
    for case in benign.iter().chain(&danger) {
        let own = (!case["symlinks"].is_null()).then(|| dev_standard(case));
        let Some(found) = judge(own.as_ref().unwrap_or(&plain), case) else { continue };
        let accepted = case["accept"].as_array().unwrap().iter().any(|word| word == found.decision.as_str());
        let shown = format!(
            "{} {} {:?} is {} by {} {}",
            case["id"].as_str().unwrap(),
            case["severity"].as_str().unwrap_or(""),
            case["cmdline"].as_str().unwrap_or(&case.to_string()),
            found.decision,
            found.rule_name(),
            found.unknown.as_deref().unwrap_or("")
        );
        match (case["kind"] == "benign", found.decision) {
            (true, Decision::Allow) => {}
            (true, _) => stopped.push(shown),
            (false, Decision::Allow) => allowed.push(shown),
            (false, Decision::Ask) if !accepted => asked_only.push(shown),
            (false, Decision::Deny) if case["expect"] == "ask" => denied_for_ask += 1,
            (false, _) => {}
        }
    }
    println!("everyday lines stopped: {} of {}", stopped.len(), benign.len());
    println!("dangerous lines allowed: {} of {}", allowed.len(), danger.len());
    println!("to be denied, only asked: {}; to be asked, denied: {denied_for_ask}", asked_only.len());
    for shown in stopped.iter().chain(&allowed).chain(&asked_only) {
        println!("{shown}");
    }
    let share = |count: usize, all: usize| count as f64 / all as f64;
    assert!(share(allowed.len(), danger.len()) <= 0.005 && !allowed.iter().any(|shown| shown.contains(" critical ")));
    assert!(share(stopped.len(), benign.len()) <= 0.01);
    assert!(share(asked_only.len(), danger.len()) <= 0.05);
}
