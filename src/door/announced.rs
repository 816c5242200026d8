//! What one door has let through and the next will see.

use crate::model::{FileId, ProcessId, Request, Seq};
use crate::sys::script::Script;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One exec that is about to happen, exactly: all that the decision on it looked at. What was judged in
/// one directory is another thing in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    file: FileId,
    argv: Vec<OsString>,
    cwd: PathBuf,
    environment: Vec<OsString>,
    /// The record that allowed it.
    seq: Seq,
}

impl Expected {
    /// Expects what a request describes, and what this record allowed.
    #[must_use]
    pub fn of(request: &Request, seq: Seq) -> Self {
        let Request { argv, cwd, environment, .. } = request.clone();
        Self { file: request.program.id, argv, cwd, environment, seq }
    }

    /// Says in which form a request is this exec, if it is.
    fn form(&self, request: &Request) -> Option<Form> {
        if self.cwd != request.cwd || self.environment != request.environment {
            return None;
        }
        if self.file == request.program.id {
            return (self.argv == request.argv).then_some(Form::Program);
        }
        self.is_script_of(request)?.then_some(Form::Script)
    }

    /// Says whether the request is the interpreter that the announced file names in its `#!` line, with that
    /// file and the announced arguments. `argv[0]` is lost on that way: the kernel replaces it.
    fn is_script_of(&self, request: &Request) -> Option<bool> {
        let named = request.named.as_deref()?;
        let script = Script::read(&seen_by(request.process, named)?).ok()??;
        let interpreter = std::fs::metadata(seen_by(request.process, Path::new(&script.interpreter))?).ok()?;
        let line = [Some(script.interpreter.as_os_str()), script.argument.as_deref(), Some(named.as_os_str())];
        let arguments = self.argv.iter().skip(1).map(OsString::as_os_str);
        let expected = line.into_iter().flatten().chain(arguments);
        Some(
            FileId { device: script.device, inode: script.inode } == self.file
                && FileId { device: interpreter.dev(), inode: interpreter.ino() } == request.program.id
                && expected.eq(request.argv.iter().map(OsString::as_os_str)),
        )
    }
}

/// Returns how an absolute path of a process is opened from here: its root and mounts may differ from ours. What
/// means another file to each process (`/proc/self`, `/dev/fd`) is none.
fn seen_by(process: ProcessId, path: &Path) -> Option<PathBuf> {
    let means_another = [OsStr::new("/proc"), OsStr::new("/dev")].iter().any(|folder| path.starts_with(folder));
    let absolute = path.as_os_str().as_bytes().strip_prefix(b"/").filter(|_| !means_another)?;
    Some(Path::new(&format!("/proc/{process}/root")).join(OsStr::from_bytes(absolute)))
}

/// How an announced exec comes to the kernel door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the announced program itself.
    Program,
    /// As the interpreter of the announced script. That program was not part of what was decided.
    Script,
}

/// An exec that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// The record that allowed it.
    pub seq: Seq,
    /// How it came.
    pub form: Form,
}

/// What the shim was allowed and has not executed yet, by process.
#[derive(Debug, Default)]
pub struct Announced {
    expected: Mutex<HashMap<ProcessId, Expected>>,
}

impl Announced {
    fn table(&self) -> MutexGuard<'_, HashMap<ProcessId, Expected>> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Expects the process to execute exactly this, next.
    pub fn expect(&self, process: ProcessId, expected: Expected) {
        self.table().insert(process, expected);
    }

    /// Returns the record that allowed this exec, where it is exactly what was announced. Whatever it
    /// is, the announcement is used up.
    #[must_use]
    pub fn confirm(&self, request: &Request) -> Option<Confirmed> {
        let expected = self.table().remove(&request.process)?;
        expected.form(request).map(|form| Confirmed { seq: expected.seq, form })
    }

    /// Forgets a process that is gone.
    pub fn forget(&self, process: ProcessId) {
        self.table().remove(&process);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Door, ProgramFile, Truth};

    fn request() -> Request {
        Request {
            door: Door::Kernel,
            truth: Truth::Verified,
            process: ProcessId(10),
            parent: ProcessId(1),
            program: ProgramFile {
                path: "/usr/bin/git".into(),
                id: FileId { device: 1, inode: 2 },
                size: 3,
                changed_ns: 4,
            },
            named: None,
            argv: vec!["git".into()],
            cwd: "/work".into(),
            environment: vec!["A=1".into()],
        }
    }

    fn announced() -> Announced {
        let announced = Announced::default();
        announced.expect(ProcessId(10), Expected::of(&request(), Seq(7)));
        announced
    }

    #[test]
    fn exactly_what_was_announced_is_confirmed_once() {
        let table = announced();
        assert_eq!(table.confirm(&request()), Some(Confirmed { seq: Seq(7), form: Form::Program }));
        assert_eq!(table.confirm(&request()), None);
    }

    #[test]
    fn anything_else_is_decided_afresh() {
        let changes: [fn(&mut Request); 5] = [
            |request| request.argv.push("push".into()),
            |request| request.program.id.inode = 3,
            |request| request.process = ProcessId(11),
            |request| request.cwd = "/".into(),
            |request| request.environment.clear(),
        ];
        for change in changes {
            let mut request = request();
            change(&mut request);
            assert_eq!(announced().confirm(&request), None);
        }
    }

    /// What comes of a script that was announced with these arguments, in this process.
    struct Announcement {
        table: Announced,
        request: Request,
        _folder: tempfile::TempDir,
    }

    fn id(path: &Path) -> FileId {
        let found = std::fs::metadata(path).unwrap();
        FileId { device: found.dev(), inode: found.ino() }
    }

    fn script(line: &str, announced: &[&str], came: &[&str]) -> Announcement {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tool");
        std::fs::write(&path, format!("{line}\nbody\n")).unwrap();
        let process = ProcessId(i32::try_from(std::process::id()).unwrap());
        let mut request = Request { process, named: Some(path.clone()), ..request() };
        request.program.id = id(&path);
        request.argv = announced.iter().map(OsString::from).collect();
        let table = Announced::default();
        table.expect(process, Expected::of(&request, Seq(7)));
        request.program.id = id(Path::new("/bin/sh"));
        request.argv =
            came.iter().map(|item| if *item == "TOOL" { path.clone().into() } else { (*item).into() }).collect();
        Announcement { table, request, _folder: folder }
    }

    #[test]
    fn the_interpreter_of_an_announced_script_is_confirmed() {
        let confirmed = Some(Confirmed { seq: Seq(7), form: Form::Script });
        for (line, came) in [
            ("#!/bin/sh", &["/bin/sh", "TOOL", "a", "b"][..]),
            ("#! /bin/sh -e -u ", &["/bin/sh", "-e -u", "TOOL", "a", "b"]),
        ] {
            let given = script(line, &["tool", "a", "b"], came);
            assert_eq!(given.table.confirm(&given.request), confirmed, "{line}");
        }
    }

    #[test]
    fn another_script_line_interpreter_or_argument_is_decided_afresh() {
        let came = ["/bin/sh", "TOOL", "a"];
        for (line, announced, came) in [
            ("#!/bin/sh", &["tool", "a"][..], &["/bin/sh", "TOOL", "b"][..]),
            ("#!/bin/sh", &["tool", "a"], &["/bin/sh", "TOOL", "a", "b"]),
            ("#!/bin/sh", &["tool", "a"], &["/bin/sh", "TOOL"]),
            ("#!/bin/sh", &["tool", "a"], &["/bin/sh", "-x", "TOOL", "a"]),
            ("#!/bin/sh -e", &["tool", "a"], &came),
            ("#!/bin/sh", &["tool", "a"], &["/bin/bash", "TOOL", "a"]),
            ("#!/bin/cat", &["tool", "a"], &["/bin/cat", "TOOL", "a"]),
            ("no script", &["tool", "a"], &came),
        ] {
            let given = script(line, announced, came);
            assert_eq!(given.table.confirm(&given.request), None, "{line} {came:?}");
        }
        let changes: [fn(&mut Request); 5] = [
            |request| request.named = None,
            |request| request.named = Some("/bin/true".into()),
            |request| request.named = Some("tool".into()),
            |request| request.cwd = "/".into(),
            |request| request.environment.clear(),
        ];
        for change in changes {
            let mut given = script("#!/bin/sh", &["tool", "a"], &came);
            change(&mut given.request);
            assert_eq!(given.table.confirm(&given.request), None);
        }
    }
}
