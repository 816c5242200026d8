//! The process that shows one card: question on standard input, answer on standard output, the person
//! on the terminal at standard error.

use crate::sys::tty::Terminal;
use dialoguer::console::Term;
use dialoguer::theme::SimpleTheme;
use dialoguer::{Input, Select};
use std::io::{self, Read, Write};

const DENY: &str = "Deny";
const MESSAGE: &str = "Deny, and tell the agent why";
const ONCE: &str = "Allow this once";
const SESSION: &str = "Allow this program with these arguments for this session";

/// Shows the card, and writes the answer. An error or an interruption writes none, which denies.
///
/// # Errors
///
/// Those of the terminal.
pub fn run() -> io::Result<()> {
    // The supervisor blocks what it receives otherwise, and its children inherit that: Ctrl-C before the
    // first key is read would be lost.
    nix::sys::signal::SigSet::empty().thread_set_mask()?;
    // Programs of the session have the same user: where Landlock does not keep them from this process,
    // its memory and descriptors, and so the answer, would be theirs.
    crate::sys::process::hide_from_debuggers()?;
    let mut question = Vec::new();
    io::stdin().lock().read_to_end(&mut question)?;
    let (remember, text) = question.split_first().ok_or(io::ErrorKind::UnexpectedEof)?;
    let term = Term::stderr();
    term.write_str(&String::from_utf8_lossy(text))?;
    term.write_line("")?;
    // What was typed before the card could be read is no answer to it.
    if let Some(terminal) = Terminal::open() {
        terminal.forget_typed()?;
    }
    let mut items = vec![DENY, MESSAGE, ONCE];
    if *remember == 1 {
        items.push(SESSION);
    }
    let chosen = Select::with_theme(&SimpleTheme)
        .with_prompt("  Answer with the arrow keys and Enter; Esc denies")
        .items(&items)
        .default(0)
        .report(false)
        .interact_on_opt(&term)
        .map_err(io::Error::other)?;
    let answer = match chosen.and_then(|index| items.get(index)).copied() {
        Some(ONCE) => "once\n".to_owned(),
        Some(SESSION) => "session\n".to_owned(),
        Some(MESSAGE) => {
            let words: String = Input::with_theme(&SimpleTheme)
                .with_prompt("  Words for the agent")
                .allow_empty(true)
                .interact_text_on(&term)
                .map_err(io::Error::other)?;
            format!("deny\n{words}\n")
        }
        _ => "deny\n".to_owned(),
    };
    let mut out = io::stdout().lock();
    out.write_all(answer.as_bytes())?;
    out.flush()
}
