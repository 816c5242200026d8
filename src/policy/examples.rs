//! Running the examples of a rule when it is loaded.

use super::catalog::Catalog;
use super::evaluate::{Judged, fit};
use super::fit::Fit;
use super::judged::{Candidate, View};
use super::load::{Case, Complaints, Example};
use super::matcher::Places;
use super::rule::Rule;
use super::world::{Described, World};
use super::{line, unwrap};
use crate::model::{Decision, text};

/// Returns where examples run: the same everywhere, and nothing of the disk is looked at.
pub(super) fn places() -> Places {
    Places {
        workspace: "/home/user/project".into(),
        home: Some("/home/user".into()),
        tmp: vec!["/tmp".into(), "/var/tmp".into()],
        world: World::described(Described::default()),
    }
}

/// Complains about every example that the rule does not treat as it says.
pub(super) fn hold(
    rule: &Rule,
    examples: &[Example],
    places: &Places,
    catalog: &Catalog,
    complaints: &mut Complaints<'_>,
) {
    for example in examples {
        let judged = judged(example, places, catalog);
        let matched = judged.candidates.iter().any(|candidate| matches(rule, candidate, places, catalog));
        let unread = judged.unread.first().map(|unread| unread.why.as_str());
        if matched == example.matches && (unread.is_none() || matched) {
            continue;
        }
        let message = match (example.matches, unread) {
            (_, Some(why)) => format!("this example of rule \"{}\" cannot be read: {why}", rule.id),
            (true, None) => format!("rule \"{}\" must match this example, but does not", rule.id),
            (false, None) => format!("rule \"{}\" must not match this example, but does", rule.id),
        };
        complaints.at("P040", example.spot, message, Some(read_as(&judged, catalog)));
    }
}

fn judged(example: &Example, places: &Places, catalog: &Catalog) -> Judged {
    let cwd = example.cwd.as_ref().unwrap_or(&places.workspace);
    match &example.case {
        Case::Line(text) => line::judged(text, cwd, &[], catalog),
        Case::Argv(argv) => {
            let mut judged = Judged::default();
            let candidate = Candidate::running(&line::invocation(argv.clone(), cwd), catalog);
            unwrap::expand(candidate, catalog, &mut judged);
            judged
        }
    }
}

fn matches(rule: &Rule, candidate: &Candidate, places: &Places, catalog: &Catalog) -> bool {
    let fit = fit(rule, &View::of(candidate, catalog), places);
    match rule.decision {
        Decision::Allow => fit == Fit::Certain,
        Decision::Ask | Decision::Deny => fit >= Fit::Possible,
    }
}

/// Says how the example is read, so that a person sees why.
fn read_as(judged: &Judged, catalog: &Catalog) -> String {
    let commands: Vec<String> = judged
        .candidates
        .iter()
        .flat_map(|candidate| View::of(candidate, catalog).into_iter().next())
        .map(|view| {
            let command = &view.command;
            let flags: Vec<&str> = command.flags.iter().map(super::normal::Flag::name).collect();
            let operands: Vec<String> =
                command.operands.iter().map(|operand| operand.text.to_string_lossy().into_owned()).collect();
            let mut words = vec![command.program.clone()];
            words.extend(command.subcommand.iter().map(|name| format!("subcommand {name}")));
            words.extend((!flags.is_empty()).then(|| format!("flags {}", flags.join(" "))));
            words.extend((!operands.is_empty()).then(|| format!("operands {}", operands.join(" "))));
            words.join(", ")
        })
        .collect();
    text::shorten(&format!("it is read as: {}", commands.join("; ")), text::COMMAND_LIMIT)
}
