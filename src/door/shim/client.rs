//! The shim itself: asks, then becomes the real program or says why not.
//!
//! It stands in for every program that a rule names, so it does as little as it can.

use super::wire::{Answer, Question};
use super::{KERNEL_MARK, LINKS, SESSION_VARIABLE, SOCKET};
use crate::model::{exit, text};
use crate::sys::process::{self, Command};
use crate::sys::socket;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs the shim. Returns only where the real program did not start.
#[must_use]
pub fn main() -> ExitCode {
    let (status, message) = run();
    // There is nobody left to tell where standard error is closed.
    io::stderr().write_all(&message).ok();
    ExitCode::from(status)
}

/// A status, and the text for standard error.
type Failure = (u8, Vec<u8>);

fn failure(status: u8, line: &str) -> Failure {
    (status, format!("tollgate: {line}\n").into_bytes())
}

fn run() -> Failure {
    let Some(session) = std::env::var_os(SESSION_VARIABLE).map(PathBuf::from) else {
        return failure(
            exit::FAILED,
            "tollgate-shim runs inside a session only; start one with `tollgate run -- COMMAND`",
        );
    };
    let argv: Vec<OsString> = std::env::args_os().collect();
    // argv[0] is the caller's to choose; the path that was executed is not.
    let executed = process::executed_as().or_else(|| argv.first().cloned()).unwrap_or_default();
    let name = executed.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let Some(program) = find(OsStr::from_bytes(name), &session.join(LINKS)) else {
        let shown = text::escape(name).into_owned();
        return failure(exit::NOT_FOUND, &format!("{shown}: command not found"));
    };
    let question = Question { program: program.into_os_string(), argv };
    let absolute = match ask(&session, &question) {
        Ok(Answer::Allowed { absolute }) => absolute,
        Ok(Answer::Denied { status, text }) => return (status, text),
        // The kernel door judges what is executed next, so nothing is lost but a preview: a sandbox of
        // the agent's own may keep us from the socket.
        Err(_) if session.join(KERNEL_MARK).exists() => false,
        Err(error) => {
            let shown = text::command(&question.argv, text::COMMAND_LIMIT);
            return failure(exit::REFUSED, &format!("refused: {shown} — the gate does not answer ({error})."));
        }
    };
    become_program(&question, absolute)
}

fn become_program(question: &Question, absolute: bool) -> Failure {
    let argv = Answer::argv(absolute, question);
    let environment: Vec<OsString> = std::env::vars_os()
        .map(|(mut name, value)| {
            name.push("=");
            name.push(value);
            name
        })
        .collect();
    let error = match Command::new(Path::new(&question.program), &argv, &environment) {
        Ok(command) => command.execute(),
        Err(error) => error,
    };
    let status = if error.kind() == io::ErrorKind::NotFound { exit::NOT_FOUND } else { exit::REFUSED };
    failure(status, &format!("{}: {error}", text::escape_os(&question.program)))
}

fn ask(session: &Path, question: &Question) -> io::Result<Answer> {
    let mut gate = socket::connect_in(session, SOCKET)?;
    question.write(&mut gate)?;
    Answer::read(&mut gate)
}

/// Looks a name up on PATH as execvp(3) does, without the session's own folder.
fn find(name: &OsStr, links: &Path) -> Option<PathBuf> {
    let search = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin"));
    std::env::split_paths(&search).filter(|folder| folder != links).map(|folder| folder.join(name)).find(|path| {
        // Another name of the session's folder leads to this shim again.
        let is_link =
            std::fs::read_link(path).is_ok_and(|target| target.file_name() == Some(OsStr::new("tollgate-shim")));
        !is_link && path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    })
}
