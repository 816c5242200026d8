//! The C programs beside these tests, compiled on first use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

/// How a program is made: its name, its source, and what the compiler is told.
struct Recipe(&'static str, &'static str, &'static [&'static str]);

const ANSWER: &str = include_str!("../programs/answer.c");
const ATTACK: &str = include_str!("../programs/attack.c");
const DAEMON: &str = include_str!("../programs/daemon.c");
const MEND: &str = include_str!("../programs/mend.c");
const LEAK: &str = include_str!("../programs/leak.c");
const MEMFD: &str = include_str!("../programs/memfd.c");
const ORPHAN: &str = include_str!("../programs/orphan.c");
const RACE: &str = include_str!("../programs/race.c");
const THREADS: &str = include_str!("../programs/threads.c");

/// What the forbidden program answers. Seen anywhere, it has run.
pub(super) const EVIL: i32 = 42;
/// What the allowed twin of the forbidden program answers.
pub(super) const TWIN: i32 = 43;

const RECIPES: &[Recipe] = &[
    Recipe("good", ANSWER, &["-DSTATUS=0"]),
    Recipe("evil", ANSWER, &["-DSTATUS=42"]),
    Recipe("twin", ANSWER, &["-DSTATUS=43"]),
    Recipe("evil-static", ANSWER, &["-DSTATUS=42", "-static"]),
    Recipe("twin-static", ANSWER, &["-DSTATUS=43", "-static"]),
    Recipe("evil-i386", ANSWER, &["-DSTATUS=42", "-m32"]),
    Recipe("twin-i386", ANSWER, &["-DSTATUS=43", "-m32"]),
    Recipe("evil-i386-static", ANSWER, &["-DSTATUS=42", "-m32", "-static"]),
    Recipe("twin-i386-static", ANSWER, &["-DSTATUS=43", "-m32", "-static"]),
    Recipe("attack", ATTACK, &[]),
    Recipe("attack-static", ATTACK, &["-static", "-no-pie"]),
    Recipe("daemon", DAEMON, &[]),
    Recipe("leak", LEAK, &["-fsanitize=leak"]),
    Recipe("evil-mended", ANSWER, &["-DSTATUS=42", "-static", "-no-pie"]),
    Recipe("mend", MEND, &[]),
    Recipe("memfd", MEMFD, &[]),
    Recipe("orphan", ORPHAN, &[]),
    Recipe("race", RACE, &["-pthread"]),
    Recipe("threads", THREADS, &["-pthread"]),
];

/// Returns a program that every machine with a C compiler can make.
pub(super) fn program(name: &str) -> PathBuf {
    optional(name).unwrap_or_else(|| panic!("cc cannot make {name}"))
}

/// Returns a program, or nothing where this compiler cannot make it (no 32-bit libraries, no sanitizer).
pub(super) fn optional(name: &str) -> Option<PathBuf> {
    static MADE: Mutex<Option<HashMap<String, Option<PathBuf>>>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let table = made.get_or_insert_default();
    if let Some(found) = table.get(name) {
        return found.clone();
    }
    let found = compile(name);
    table.insert(name.to_owned(), found.clone());
    found
}

fn compile(name: &str) -> Option<PathBuf> {
    let Recipe(_, source, flags) = RECIPES.iter().find(|recipe| recipe.0 == name).expect("a recipe");
    let (program, text) = (folder().join(name), folder().join(format!("{name}.c")));
    std::fs::write(&text, source).expect("write the source");
    let done = Command::new("cc").arg("-O1").arg("-o").arg(&program).arg(&text).args(*flags).output().expect("run cc");
    done.status.success().then_some(program)
}

/// Returns the folder of this process for programs. Nothing runs at the end of a test process, so the next
/// one removes what is left.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        const PREFIX: &str = "tollgate-programs-";
        for entry in std::fs::read_dir(std::env::temp_dir()).expect("list the temporary folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
            if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
                std::fs::remove_dir_all(entry.path()).ok();
            }
        }
        let prefix = format!("{PREFIX}{}-", std::process::id());
        tempfile::Builder::new().prefix(&prefix).tempdir().expect("make a folder").keep()
    })
}
