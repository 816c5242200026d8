//! The man pages of the commands, and the commands that README.md names.

use super::pages::{Page, file, path};
use clap::{Command, CommandFactory};
use std::collections::BTreeSet;
use tollgate::cli::args::Cli;
use tollgate::cli::man;

/// The pages that are written by hand.
const HAND_WRITTEN: [&str; 2] = ["tollgate-audit.5", "tollgate-policy.5"];

#[test]
fn the_pages_of_the_commands_are_those_that_tollgate_makes_now() {
    for (name, text) in man::pages().unwrap() {
        assert!(file(&format!("man/{name}")) == text, "man/{name} is old; make it with: cargo run -- man man");
    }
}

#[test]
fn there_is_no_page_of_a_command_that_is_gone() {
    let made: BTreeSet<String> = man::pages().unwrap().into_iter().map(|(name, _)| name).collect();
    let there = std::fs::read_dir(path("man")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let expected: BTreeSet<String> = made.into_iter().chain(HAND_WRITTEN.map(str::to_owned)).collect();
    assert_eq!(there.collect::<BTreeSet<_>>(), expected);
}

/// Calls `visit` with every command that is not hidden, and the name of its page.
fn each(command: &Command, visit: &mut impl FnMut(&Command, &str)) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    visit(command, &name);
    let shown = command.get_subcommands().filter(|found| !found.is_hide_set() && found.get_name() != "help");
    shown.for_each(|found| each(found, visit));
}

fn root() -> Command {
    let mut root = Cli::command();
    root.build();
    root
}

#[test]
fn every_option_is_in_the_page_of_its_command() {
    let mut count = 0;
    each(&root(), &mut |command, name| {
        let bold = Page::open(&format!("{name}.1")).bold();
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let long = argument.get_long().map(|long| format!("--{long}"));
            let short = argument.get_short().map(|short| format!("-{short}"));
            for option in long.into_iter().chain(short) {
                assert!(bold.contains(&option), "{option} is not in {name}(1)");
                count += 1;
            }
        }
    });
    assert!(count > 30, "only {count} options were seen");
}

#[test]
fn every_command_and_option_has_a_help_text() {
    each(&root(), &mut |command, name| {
        assert!(command.get_about().is_some(), "{name} has no help text");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} of {name} has no help text", argument.get_id());
        }
    });
}

/// Returns what stands in code in a Markdown text: lines of blocks, and spans.
fn code(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            found.extend(part.lines().map(str::to_owned));
        } else {
            found.extend(part.split('`').skip(1).step_by(2).map(|span| span.replace('\n', " ")));
        }
    }
    found
}

/// Returns the commands of tollgate in a line of code, each as its words.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" # ").next().unwrap_or_default().replace("&&", "\n");
    let words = |call: &str| call.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    line.lines()
        .map(|call| call.trim().trim_start_matches("$ "))
        .filter(|call| call.starts_with("tollgate "))
        .map(words)
        .collect()
}

#[test]
fn the_commands_that_documents_name_exist() {
    let mut count = 0;
    for document in ["README.md", "SECURITY.md", "CONTRIBUTING.md", "policy-examples/README.md", "CHANGELOG.md"] {
        for call in code(&file(document)).iter().flat_map(|line| calls(line)) {
            count += 1;
            let shown = call.join(" ");
            let tree = root();
            let mut command = &tree;
            for word in call.iter().skip(1).take_while(|word| *word != "--") {
                if let Some(option) = word.strip_prefix("--") {
                    let known = command.get_arguments().any(|argument| argument.get_long() == Some(option));
                    assert!(known || option == "help", "{document}: {shown}: there is no --{option}");
                } else if let Some(found) = command.find_subcommand(word) {
                    command = found;
                } else {
                    let is_short = word.starts_with('-');
                    assert!(is_short || !command.has_subcommands(), "{document}: {shown}: there is no command {word}");
                }
            }
        }
    }
    assert!(count > 15, "only {count} commands were seen");
}

#[test]
fn the_files_that_documents_link_to_exist() {
    for document in ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/dependencies.md"] {
        let text = file(document);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            assert!(path(link).exists(), "{document} links to {link}, which is not there");
        }
        let named = code(&text).into_iter().flat_map(|line| {
            let words = line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            words.into_iter().filter(|word| {
                let folders = ["man/", "docs/", "policy-examples/", "tests/", "src/"];
                folders.iter().any(|folder| word.starts_with(folder) && word.len() > folder.len())
            })
        });
        for name in named {
            assert!(path(&name).exists(), "{document} names {name}, which is not there");
        }
    }
}
