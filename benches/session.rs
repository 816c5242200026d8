//! What a session costs, as ratios and differences against the bare command, measured in one run.
//!
//! `cargo bench --bench session`. Every figure is the median of several runs that alternate between bare
//! and gated, so that a change of the machine's load meets both.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and has nothing to save where a step fails"
)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const POLICY: &str = "version: \"1.0\"\ndefaults: { action: allow }\nrules:\n  - { id: no-danger, action: deny, match: { program: { path: /opt/forbidden/danger } } }\n";

struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn compile(&self, name: &str, flags: &[&str]) -> PathBuf {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(format!("{name}.c"));
        let program = self.folder.join(name);
        let status = command("cc").arg("-O1").args(flags).arg("-o").arg(&program).arg(source).status().expect("cc");
        assert!(status.success(), "cc {name}");
        program
    }

    fn gated(&self, argv: &[OsString]) -> Command {
        let mut run = command(env!("CARGO_BIN_EXE_tollgate"));
        run.args(["run", "--non-interactive", "--policy"]).arg(self.folder.join("policy.yaml")).arg("--").args(argv);
        run
    }

    fn prepared(&self, mut command: Command) -> Command {
        command.env("XDG_STATE_HOME", self.folder.join("state")).env_remove("XDG_RUNTIME_DIR");
        command.current_dir(&self.folder).stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Times bare and gated in turns; returns the medians.
    fn both(&self, runs: usize, argv: &[OsString], before: impl Fn()) -> (Duration, Duration) {
        let mut bare = Vec::new();
        let mut gated = Vec::new();
        for _ in 0..runs {
            for (times, is_gated) in [(&mut bare, false), (&mut gated, true)] {
                before();
                let command = if is_gated { self.gated(argv) } else { bare_command(argv) };
                let from = Instant::now();
                let output = self.prepared(command).stdout(Stdio::null()).status().expect("starts");
                times.push(from.elapsed());
                assert!(output.success(), "{argv:?}");
            }
        }
        (median(bare), median(gated))
    }

    /// Runs what prints its own time bare and gated in turns; returns the medians in microseconds.
    fn timed_inside(&self, runs: usize, argv: &[OsString], pinned: Option<u32>) -> (f64, f64) {
        let mut bare = Vec::new();
        let mut gated = Vec::new();
        for _ in 0..runs {
            for (values, is_gated) in [(&mut bare, false), (&mut gated, true)] {
                let inner = if is_gated { self.gated(argv) } else { bare_command(argv) };
                let outer = match pinned {
                    None => inner,
                    Some(cpu) => {
                        let mut pin = command("taskset");
                        pin.args(["-c", &cpu.to_string()]).arg(inner.get_program()).args(inner.get_args());
                        pin
                    }
                };
                let output = self.prepared(outer).stdout(Stdio::piped()).output().expect("starts");
                let text = String::from_utf8(output.stdout).expect("a number");
                values.push(text.trim().parse::<f64>().expect("a number"));
            }
        }
        bare.sort_by(f64::total_cmp);
        gated.sort_by(f64::total_cmp);
        (bare[bare.len() / 2], gated[gated.len() / 2])
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark starts programs")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

fn bare_command(argv: &[OsString]) -> Command {
    let mut bare = command(&argv[0]);
    bare.args(&argv[1..]);
    bare
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn words<const N: usize>(items: [&dyn AsRef<std::ffi::OsStr>; N]) -> Vec<OsString> {
    items.iter().map(|item| item.as_ref().to_owned()).collect()
}

fn report(name: &str, measured: String, wanted: &str) {
    println!("{name:<52} {measured:<34} wanted {wanted}");
}

fn main() {
    let folder = std::env::temp_dir().join(format!("tollgate-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("policy.yaml"), POLICY).expect("a policy");
    let bench = Bench { folder: folder.clone() };
    starts(&bench);
    spawns(&bench);
    work(&bench);
    memory(&bench);
    fs::remove_dir_all(folder).expect("the folder is ours");
}

fn starts(bench: &Bench) {
    let (bare, gated) = bench.both(31, &words([&"true"]), || ());
    let added = gated.saturating_sub(bare);
    report("tollgate run -- true", format!("+{:.1} ms", added.as_secs_f64() * 1e3), "at most +10 ms");
}

fn spawns(bench: &Bench) {
    let spawn = bench.compile("spawn", &[]);
    let answer = bench.compile("answer", &["-static", "-DSTATUS=0"]);
    let argv = words([&spawn, &"4000", &answer]);
    let (bare, gated) = bench.timed_inside(5, &argv, None);
    report("static true, across CPUs", format!("{bare:.0} -> {gated:.0} us (+{:.0})", gated - bare), "at most +170 us");
    let (bare, gated) = bench.timed_inside(5, &argv, Some(0));
    report("static true, one CPU", format!("{bare:.0} -> {gated:.0} us (+{:.0})", gated - bare), "at most +50 us");
}

fn work(bench: &Bench) {
    let folder = bench.folder.join("make");
    fs::create_dir_all(&folder).expect("a folder");
    let mut makefile = String::from("all:");
    for index in 0..300 {
        let text = format!("#include <stdio.h>\nint f{index}(int x) {{ printf(\"%d\\n\", x); return x * {index}; }}\n");
        fs::write(folder.join(format!("f{index}.c")), text).expect("a source");
        makefile.push_str(&format!(" f{index}.o"));
    }
    makefile.push_str("\n%.o: %.c\n\tcc -c -o $@ $<\n");
    fs::write(folder.join("Makefile"), makefile).expect("a makefile");
    let clean = || {
        for index in 0..300 {
            fs::remove_file(folder.join(format!("f{index}.o"))).ok();
        }
    };
    let (bare, gated) = bench.both(3, &words([&"make", &"-s", &"-j2", &"-C", &folder]), clean);
    report("make -j2 of 300 C files", format!("x {:.3}", gated.as_secs_f64() / bare.as_secs_f64()), "at most x 1.06");

    let project = bench.folder.join("project");
    let script = format!(
        "git init -q {0} && cd {0} && for i in $(seq 200); do echo $i > f$i; done && git add -A && git -c user.name=a -c user.email=a@a commit -qm x",
        project.display()
    );
    assert!(command("sh").args(["-c", &script]).status().expect("sh").success());
    // Timed inside: the start of a session is measured above.
    let script = format!(
        "cd {} && from=$(date +%s%N); i=0; while [ $i -lt 100 ]; do git status >/dev/null; i=$((i+1)); done; \
         echo $((($(date +%s%N) - from) / 1000))",
        project.display()
    );
    let (bare, gated) = bench.timed_inside(9, &words([&"sh", &"-c", &script]), None);
    report("100 x git status", format!("x {:.3}", gated / bare), "at most x 1.04");
}

fn memory(bench: &Bench) {
    let (spawn, answer) = (bench.folder.join("spawn"), bench.folder.join("answer"));
    let script = "p=$PPID; while ! grep -q '^Name:.tollgate$' /proc/$p/status; do p=$(awk '/^PPid/{print $2}' /proc/$p/status); done; for n in 100 10000 10000; do \"$0\" $n \"$1\" >/dev/null; awk '/^VmRSS/{print $2}' /proc/$p/status; done";
    let mut gated = bench.gated(&words([&"sh", &"-c", &script, &spawn, &answer]));
    gated.stdout(Stdio::piped());
    let output = bench.prepared(gated).stdout(Stdio::piped()).output().expect("starts");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let sizes: Vec<String> =
        text.lines().filter_map(|line| line.parse::<f64>().ok()).map(|kib| format!("{:.1}", kib / 1024.0)).collect();
    report(
        "supervisor's memory after 100, 10k, 20k execs",
        format!("{} MiB", sizes.join(", ")),
        "at most 20 MiB, flat",
    );
}
