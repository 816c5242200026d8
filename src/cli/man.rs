//! Man pages and completion scripts, made from the command line's own definition.

use super::args::Cli;
use super::output;
use crate::model::exit;
use clap::{Command, CommandFactory};
use clap_mangen::roff::{Roff, roman};
use std::io;
use std::path::Path;

/// Prints a completion script.
pub(super) fn completions(shell: clap_complete::Shell) -> u8 {
    // Into memory first: the generator panics where the reader has gone away.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tollgate", &mut script);
    output::text(String::from_utf8_lossy(&script));
    exit::SUCCESS
}

/// Writes a man page for each command.
pub(super) fn man(folder: &Path) -> u8 {
    let written = pages().and_then(|pages| {
        std::fs::create_dir_all(folder)?;
        pages.into_iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
    });
    match written {
        Ok(()) => exit::SUCCESS,
        Err(error) => {
            output::say(format_args!("cannot write man pages to {}: {error}", folder.display()));
            exit::FAILED
        }
    }
}

/// Returns the man page of each command that is not hidden: file name and text.
///
/// # Errors
///
/// None that a page in memory can have.
pub fn pages() -> io::Result<Vec<(String, String)>> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut out = Vec::new();
    collect(&root, &mut out)?;
    Ok(out)
}

fn collect(command: &Command, out: &mut Vec<(String, String)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    out.push((format!("{name}.1"), page(command)?));
    command.get_subcommands().filter(|found| !found.is_hide_set()).try_for_each(|found| collect(found, out))
}

fn page(command: &Command) -> io::Result<String> {
    let man = clap_mangen::Man::new(command.clone())
        .source(format!("tollgate {}", env!("CARGO_PKG_VERSION")))
        .manual("tollgate manual");
    let mut bytes = Vec::new();
    man.render_title(&mut bytes)?;
    man.render_name_section(&mut bytes)?;
    man.render_synopsis_section(&mut bytes)?;
    man.render_description_section(&mut bytes)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut bytes)?;
    }
    if command.get_subcommands().any(|found| !found.is_hide_set()) {
        man.render_subcommands_section(&mut bytes)?;
    }
    let mut text = PREAMBLE.map(|line| format!("{line}\n")).concat();
    text.push_str(&emphasised(&without_preambles(&String::from_utf8_lossy(&bytes))));
    if let Some(after) = command.get_after_long_help() {
        text.push_str(&sections(&after.to_string()));
    }
    text.push_str(&see_also(command));
    Ok(text)
}

/// Turns the text after a command's options into sections: `Heading:` begins one, and its lines stay
/// as they are.
fn sections(text: &str) -> String {
    let mut roff = Roff::new();
    let mut is_open = false;
    for line in text.lines() {
        match line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            Some(heading) => {
                if is_open {
                    roff.control("fi", []);
                }
                roff.control("SH", [heading.to_uppercase().as_str()]);
                roff.control("nf", []);
                is_open = true;
            }
            None if line.is_empty() => {}
            None => {
                roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
            }
        }
    }
    if is_open {
        roff.control("fi", []);
    }
    body(&roff)
}

fn see_also(command: &Command) -> String {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut pages: Vec<String> =
        ["tollgate(1)", "tollgate-policy(5)", "tollgate-audit(5)"].into_iter().map(str::to_owned).collect();
    pages.retain(|page| *page != format!("{name}(1)"));
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(pages.join(", "))]);
    body(&roff)
}

/// Returns what was rendered without the preamble, which stands at the beginning of a page already.
fn body(roff: &Roff) -> String {
    without_preambles(&roff.render())
}

/// The two lines that make an apostrophe stay one; every part of a page is rendered with them.
const PREAMBLE: [&str; 2] = [r".ie \n(.g .ds Aq \(aq", r".el .ds Aq '"];

fn without_preambles(text: &str) -> String {
    text.lines().filter(|line| !PREAMBLE.contains(line)).flat_map(|line| [line, "\n"]).collect()
}

/// Shows what stands between backticks in bold, as man pages do.
fn emphasised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let mut parts = line.split('`');
        out.push_str(parts.next().unwrap_or_default());
        for (index, part) in parts.enumerate() {
            out.push_str(if index % 2 == 0 { "\\fB" } else { "\\fR" });
            out.push_str(part);
        }
        out.push('\n');
    }
    out
}
