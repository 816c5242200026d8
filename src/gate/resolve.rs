//! A request becomes a subject: every reading of the one program that would run.

use super::identity::Identities;
use crate::model::{FileId, Invocation, Names, Program, ProgramFile, Request, Scope, Subject, Via};
use crate::policy::{self, Catalog};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// How the files of a request are opened from here.
struct View<'a> {
    request: &'a Request,
    identities: &'a Identities,
    environment: Vec<(OsString, OsString)>,
}

/// Returns all readings: the program, the program that a loader starts, the applet of a multi-call
/// program, the script that an interpreter reads.
pub(super) fn resolve(request: &Request, scope: Scope, identities: &Identities, catalog: &Catalog) -> Subject {
    let view = View { request, identities, environment: pairs(&request.environment) };
    let through = match request.door {
        crate::model::Door::Kernel => PathBuf::from(format!("/proc/{}/exe", request.process)),
        crate::model::Door::Shim => request.program.path.clone(),
    };
    let shebang = view.shebang_script();
    // The path that was executed names the program, unless it is a script: that has a reading of its own.
    let named = request.named.as_deref().filter(|_| shebang.is_none());
    let main = view.program(request.program.clone(), &through, named, request.argv.clone(), Via::Direct);
    let mut readings = Vec::with_capacity(2);
    let names = main.program.names.clone();
    let name = names.first().unwrap_or_default().to_owned();
    let all: Vec<&str> = names.certain.iter().chain(&names.possible).map(String::as_str).collect();
    if let Some(at) = catalog.loader_operand(&request.argv, &all)
        && let Some(program) = request.argv.get(at)
    {
        // ld.so PROG is PROG; the loader itself allows nothing.
        readings.extend(view.operand(program, request.argv.get(at..).unwrap_or_default(), Via::Loader));
        readings.push(only_possible(main));
        return Subject { readings, scope };
    }
    if let Some((applet, at)) = catalog.applet(&request.argv, &name) {
        let mut program = main.program.clone();
        let certain = !main.program.names.certain.is_empty();
        program.names =
            Names { certain: if certain { vec![applet.clone()] } else { Vec::new() }, possible: vec![applet] };
        let argv = request.argv.get(at..).unwrap_or_default().to_vec();
        readings.push(Invocation { program, argv, ..main.clone() });
        readings.push(only_possible(main));
        return Subject { readings, scope };
    }
    let script = shebang.or_else(|| {
        let at = catalog.script_operand(&request.argv, &all)?;
        view.operand(request.argv.get(at)?, request.argv.get(at..).unwrap_or_default(), Via::Script)
    });
    readings.push(main);
    readings.extend(script);
    Subject { readings, scope }
}

/// Takes the right to be allowed by name from a reading.
fn only_possible(mut invocation: Invocation) -> Invocation {
    let names = &mut invocation.program.names;
    let certain = std::mem::take(&mut names.certain);
    for name in certain {
        if !names.possible.contains(&name) {
            names.possible.push(name);
        }
    }
    invocation
}

impl View<'_> {
    /// Describes a program file with all its names; `named` is the path that was executed.
    fn program(
        &self,
        file: ProgramFile,
        through: &Path,
        named: Option<&Path>,
        argv: Vec<OsString>,
        via: Via,
    ) -> Invocation {
        let aliases = self.identities.aliases(&file, through);
        let own_name = base_name(file.path.as_os_str());
        let mut names = Names::default();
        let mut consider = |name: Option<String>| {
            let Some(name) = name else { return };
            if self.identities.is_name_of(&name, &file) && !names.certain.contains(&name) {
                names.certain.push(name.clone());
            }
            if !names.possible.contains(&name) {
                names.possible.push(name);
            }
        };
        consider(own_name.clone());
        consider(argv.first().and_then(|zeroth| base_name(zeroth)).map(|name| name.trim_start_matches('-').to_owned()));
        consider(named.and_then(|path| base_name(path.as_os_str())));
        // A path is only its own where it leads here, to us, too: another mount namespace can put any
        // file at any path.
        let leads_here = std::fs::metadata(&file.path).is_ok_and(|found| FileId::of(&found) == file.id);
        let mut paths = Vec::with_capacity(1 + aliases.paths.len());
        paths.push(if leads_here {
            file.path.clone()
        } else {
            PathBuf::from("(elsewhere)").join(own_name.unwrap_or_default())
        });
        if !leads_here {
            paths.push(file.path.clone());
        }
        paths.extend(aliases.paths);
        for name in aliases.names {
            if !names.possible.contains(&name) {
                names.possible.push(name);
            }
        }
        let sha256 = if self.identities.wants_digests() { self.identities.digest(&file, through) } else { None };
        Invocation {
            program: Program { names, paths, file: Some(file), sha256 },
            argv,
            cwd: self.request.cwd.clone(),
            environment: self.environment.clone(),
            process: Some(self.request.process),
            via,
        }
    }

    /// Describes a file that the arguments name: a script, or the loader's program.
    fn operand(&self, named: &OsStr, argv: &[OsString], via: Via) -> Option<Invocation> {
        let path = absolute(&self.request.cwd, Path::new(named));
        let through = match self.request.door {
            // What the path means to the program, whose root and mounts may differ from ours.
            crate::model::Door::Kernel => in_root(self.request, &path),
            crate::model::Door::Shim => policy::seen_by(&path, self.request.process),
        };
        let metadata = std::fs::metadata(&through).ok();
        let Some(metadata) = metadata.filter(std::fs::Metadata::is_file) else {
            // Not there, or found through PATH: judged by its name alone.
            let names = Names { certain: Vec::new(), possible: base_name(named).into_iter().collect() };
            return Some(Invocation {
                program: Program { names, paths: vec![path], file: None, sha256: None },
                argv: argv.to_vec(),
                cwd: self.request.cwd.clone(),
                environment: self.environment.clone(),
                process: Some(self.request.process),
                via,
            });
        };
        let file = ProgramFile::of(path, &metadata);
        Some(self.program(file, &through, None, argv.to_vec(), via))
    }

    /// Returns the script of a `#!` line: the kernel was given another file than it runs.
    fn shebang_script(&self) -> Option<Invocation> {
        let named = self.request.named.as_ref()?;
        if *named == self.request.program.path || named.as_os_str().as_bytes().starts_with(b"/dev/fd/") {
            return None;
        }
        // The kernel puts the script, as it was named, behind its interpreter: no other exec need be looked at.
        let at = self.request.argv.iter().skip(1).position(|item| item == named.as_os_str())?;
        let through = in_root(self.request, &absolute(&self.request.cwd, named));
        let metadata = std::fs::metadata(&through).ok()?;
        if FileId::of(&metadata) == self.request.program.id {
            return None;
        }
        self.operand(named.as_os_str(), self.request.argv.get(at + 1..).unwrap_or_default(), Via::Script)
    }
}

fn in_root(request: &Request, path: &Path) -> PathBuf {
    let mut out = OsString::from(format!("/proc/{}/root", request.process));
    out.push(policy::seen_by(path, request.process));
    PathBuf::from(out)
}

/// Returns the last part of a path as text, escapes and all; rules are written in text.
fn base_name(path: &OsStr) -> Option<String> {
    let bytes = path.as_bytes().rsplit(|byte| *byte == b'/').next()?;
    let bytes = bytes.strip_suffix(b" (deleted)").unwrap_or(bytes);
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Returns the path absolute, without `.` and doubled slashes. `..` stays: only the file system knows
/// what it means behind a symbolic link.
fn absolute(cwd: &Path, path: &Path) -> PathBuf {
    cwd.join(path).components().filter(|part| *part != Component::CurDir).collect()
}

fn pairs(environment: &[OsString]) -> Vec<(OsString, OsString)> {
    environment
        .iter()
        .filter_map(|item| {
            let bytes = item.as_bytes();
            let at = memchr::memchr(b'=', bytes)?;
            let (name, value) = bytes.split_at_checked(at)?;
            Some((OsStr::from_bytes(name).to_owned(), OsStr::from_bytes(value.get(1..)?).to_owned()))
        })
        .collect()
}
