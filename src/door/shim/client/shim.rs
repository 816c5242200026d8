//! What the shim does, one step after the other.

use super::ask::{Answer, Fault, ask};
use super::message::Message;
use super::place::Place;
use super::search::find;
use crate::door::shim::names::{KERNEL_MARK, LINKS, SESSION_VARIABLE};
use crate::model::{escape, exit};
use crate::sys::bare::{self, Errno, Start};

/// Where programs are looked up without PATH.
const USUAL_SEARCH: &[u8] = b"/usr/local/bin:/usr/bin:/bin";

/// Runs the shim. Returns the exit status, only where the real program did not start.
#[must_use]
pub fn run(start: &Start) -> u8 {
    let Some(session) = start.variable(SESSION_VARIABLE.as_bytes()) else {
        let mut message = Message::new();
        message.text("tollgate-shim runs inside a session only; start one with `tollgate run -- COMMAND`");
        return message.end(exit::FAILED);
    };
    // argv[0] is the caller's to choose; the path that was executed is not.
    let executed = start.executed().map_or(&b""[..], |path| path.to_bytes());
    let name = executed.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let search = start.variable(b"PATH").unwrap_or(USUAL_SEARCH);
    let links = Place::of(session).and_then(|session| session.join(LINKS.as_bytes()));
    let Some(program) = find(name, search, links.as_ref()) else {
        let mut message = Message::new();
        message.characters(escape::escaped(name));
        message.text(": command not found");
        return message.end(exit::NOT_FOUND);
    };
    match ask(session, &program, start) {
        Ok(Answer::Allowed { absolute }) => become_program(&program, start, absolute),
        Ok(Answer::Denied { status }) => status,
        // The kernel door judges what is executed next, so nothing is lost but a preview: a sandbox of
        // the agent's own may keep us from the socket.
        Err(_) if is_kernel_door_on(session) => become_program(&program, start, false),
        Err(fault) => {
            let mut message = Message::new();
            message.text("refused: ");
            let argv = start.arguments().map(|item| item.to_bytes());
            message.characters(escape::command(argv, escape::COMMAND_LIMIT));
            message.text(" — the gate does not answer (");
            match fault {
                Fault::Call(error) => message.error(error),
                Fault::Answer => message.text("invalid data"),
            }
            message.text(").");
            message.end(exit::REFUSED)
        }
    }
}

fn is_kernel_door_on(session: &[u8]) -> bool {
    let mark = Place::of(session).and_then(|session| session.join(KERNEL_MARK.as_bytes()));
    mark.is_some_and(|mark| bare::file_mode(mark.as_c_str()).is_ok())
}

fn become_program(program: &Place, start: &Start, absolute: bool) -> u8 {
    // A login shell is told so by the dash in front of its name.
    let is_login = start.arguments().next().is_some_and(|zeroth| zeroth.to_bytes().starts_with(b"-"));
    let first = (absolute && !is_login).then(|| program.as_c_str());
    let error = bare::execute(program.as_c_str(), start, first);
    let mut message = Message::new();
    message.characters(escape::escaped(program.as_bytes()));
    message.text(": ");
    message.error(error);
    message.end(if error == Errno::NOT_FOUND { exit::NOT_FOUND } else { exit::REFUSED })
}
