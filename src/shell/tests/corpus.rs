use crate::shell::*;
use serde_json::Value;

/// The programs of a line as they are called; `?` for one that only shows when it runs.
fn heads(line: &str) -> Result<Vec<String>, Unknown> {
    let head = |command: &SimpleCommand| match command.words.first() {
        None => None,
        Some(Word::Literal(text)) => Some(text.to_string_lossy().into_owned()),
        Some(Word::Pattern(_) | Word::Dynamic(_) | Word::Quoted(_)) => Some("?".to_owned()),
    };
    Ok(parse(line)?.iter().filter_map(head).collect())
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Returns what a reading hides: programs that a shell runs and that are neither named nor unknown.
fn missed(line: &str, runs: &[String]) -> Vec<String> {
    let Ok(found) = heads(line) else { return Vec::new() };
    if found.iter().any(|head| head == "?") {
        return Vec::new();
    }
    // A program below `$HOME`, or in a variable that the line sets, is not known to the labels, but is to us.
    let known = |program: &String| found.contains(program) || (program == "?" && found.len() >= runs.len());
    runs.iter().filter(|program| !known(program)).cloned().collect()
}

#[test]
fn no_labelled_line_hides_a_command() {
    let mut faults = Vec::new();
    let mut unread = Vec::new();
    for text in include_str!("../../../tests/corpus/parser_cases.jsonl").lines() {
        let case: Value = serde_json::from_str(text).unwrap();
        let line = case["src"].as_str().unwrap();
        let missed = missed(line, &strings(&case["heads"]));
        if !missed.is_empty() {
            faults.push(format!("{}: {line:?} hides {missed:?}", case["id"]));
        }
        if heads(line).is_err() && case["valid"] == true {
            unread.push(case["id"].to_string());
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    // Valid lines that are refused: a price of not guessing. It may only become smaller.
    let known = [
        "casesub",
        "redir8",
        "alias",
        "crmid",
        "vtab",
        "lsep",
        "d_hdfake2",
        "d_delimempty",
        "d_testsub",
        "d_cforbrace",
        "d_varfd",
        "d_idxsub",
    ];
    assert_eq!(unread, known.map(|id| format!("\"{id}\"")));
}

#[test]
fn no_fuzzed_line_hides_a_command() {
    let mut faults = Vec::new();
    for text in include_str!("../../../tests/corpus/parser_differentials.jsonl").lines() {
        let case: Value = serde_json::from_str(text).unwrap();
        let line = case["src"].as_str().unwrap();
        let missed = missed(line, &strings(&case["bash_executes"]));
        if !missed.is_empty() {
            faults.push(format!("{}: {line:?} hides {missed:?}", case["id"]));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn everyday_lines_are_known() {
    let mut unknown = Vec::new();
    for text in include_str!("../../../tests/corpus/benign.jsonl").lines() {
        let case: Value = serde_json::from_str(text).unwrap();
        let line = case["cmdline"].as_str().unwrap();
        let reading = read(line);
        if !reading.unknown.is_empty() || reading.commands.iter().any(|command| command.name().is_none()) {
            unknown.push(format!("{line}: {:?}", reading.unknown));
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}
