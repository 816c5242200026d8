//! Generated lines in real bash: nothing that runs was missed.
//!
//! The only programs that bash finds are stubs that write down their folder and arguments. A line has no
//! slash, functions call each other at most four deep, and a line that does not end is killed.

use crate::checks;
use crate::grammar::{BAD, GOOD, Grammar};
use crate::random::{Random, setting};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tollgate::shell::{Reading, SimpleCommand, Word};

/// What a stub was started with.
#[derive(Debug)]
struct Ran {
    folder: PathBuf,
    argv: Vec<String>,
}

/// A folder with stubs, and one to run in.
struct Bash {
    root: tempfile::TempDir,
    /// How many lines were run. A line that is still writing does not write to the next one's file.
    lines: Cell<u64>,
}

impl Bash {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["stubs", "home", "work/d/e", "work/e", "work/d/d"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let bash = Self { root, lines: Cell::new(0) };
        for (names, code) in [(GOOD, 0), (BAD, 1)] {
            for name in names {
                let path = bash.path("stubs").join(name);
                // `cat` alone is the one whose output the reading knows.
                let end = if *name == "cat" { "[ $# = 0 ] && exec /bin/cat" } else { "" };
                let log = r#"printf '%s\0' "$#" "$PWD" "${0##*/}" "$@" >>"$RAN""#;
                let text = format!("#!/bin/sh\n{log}\n{end}\nexit {code}\n");
                fs::write(&path, text).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        bash
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn run(&self, line: &str) -> Vec<Ran> {
        self.lines.set(self.lines.get() + 1);
        let log = self.path(&format!("ran-{}", self.lines.get()));
        fs::write(&log, "").unwrap();
        // What is still running holds the other end of the pipe.
        Command::new("/usr/bin/timeout")
            .args(["-s", "KILL", "3", "/bin/bash", "--norc", "--noprofile", "-c", line])
            .env_clear()
            .env("PATH", self.path("stubs"))
            .env("HOME", self.path("home"))
            .env("RAN", &log)
            .env("FUNCNEST", "4")
            .current_dir(self.path("work"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .output()
            .unwrap();
        let text = fs::read(&log).unwrap();
        fs::remove_file(&log).unwrap();
        let mut parts = text.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned());
        let mut ran = Vec::new();
        while let Some(count) = parts.next().and_then(|count| count.parse::<usize>().ok()) {
            let folder = PathBuf::from(parts.next().unwrap_or_default());
            ran.push(Ran { folder, argv: parts.by_ref().take(count + 1).collect() });
        }
        ran
    }

    /// Says whether what ran is this command of the reading.
    fn is(&self, ran: &Ran, command: &SimpleCommand) -> bool {
        let mut words = command.words.as_slice();
        while let Some((Word::Literal(first), rest)) = words.split_first() {
            if first != "command" && first != "exec" && first != "builtin" {
                break;
            }
            words = rest;
        }
        self.fits(words, &ran.argv) && command.places.iter().any(|place| self.leads(&place.steps, &ran.folder))
    }

    fn fits(&self, words: &[Word], argv: &[String]) -> bool {
        let Some((word, rest)) = words.split_first() else { return argv.is_empty() };
        match word {
            Word::Literal(text) => {
                let text = text.to_string_lossy();
                let home = self.path("home").to_string_lossy().into_owned();
                let same = |own: &String| *own == text || *own == text.replacen('~', &home, 1);
                argv.first().is_some_and(same) && self.fits(rest, &argv[1..])
            }
            Word::Quoted(_) => !argv.is_empty() && self.fits(rest, &argv[1..]),
            Word::Pattern(_) => (1..=argv.len()).any(|count| self.fits(rest, &argv[count..])),
            Word::Dynamic(_) => (0..=argv.len()).any(|count| self.fits(rest, &argv[count..])),
        }
    }

    fn leads(&self, steps: &[Word], folder: &Path) -> bool {
        let mut at = self.path("work");
        for step in steps {
            let Some(text) = step.literal() else { return true };
            for part in text.split('/') {
                match part {
                    ".." => drop(at.pop()),
                    "~" => at = self.path("home"),
                    "." | "" => {}
                    part => at.push(part),
                }
            }
        }
        at == folder
    }
}

/// Says whether a person would be asked anyway.
fn flagged(reading: &Reading) -> bool {
    let dynamic = |command: &SimpleCommand| {
        let first = command.words.iter().find(|word| !matches!(word.literal(), Some("command" | "builtin" | "exec")));
        let evaluates = command.words.iter().any(|word| word.literal() == Some("eval"));
        let unknown = |word: &Word| word.literal().is_none();
        first.is_some_and(unknown) || evaluates && command.words.iter().any(unknown)
    };
    !reading.unknown.is_empty() || reading.commands.iter().any(dynamic)
}

fn noise(line: &mut String, random: &mut Random) {
    let noise = [
        "$(",
        ")",
        "`",
        "\"",
        "'",
        "\\",
        "\n",
        " ",
        ";",
        "&",
        "|",
        "<<EOF\n",
        "\nEOF\n",
        "{",
        "}",
        "#",
        "((",
        "))",
        "[[",
        "]]",
        "$'",
        "${",
        "!",
        "=",
        "case a in a)",
        ";; esac",
        "<(",
        ">",
        "$\"",
        "\\\n",
        "do",
        "done",
        "\t",
        "*",
        "m1",
        "x=(",
        "eval ",
        "m1 x",
        "$x",
    ];
    let at = random.below(line.chars().count() + 1);
    let (before, after): (String, String) = (line.chars().take(at).collect(), line.chars().skip(at).collect());
    let after = if random.below(3) == 0 { after.chars().skip(1 + random.below(4)).collect() } else { after };
    *line = format!("{before}{}{after}", random.one(&noise));
}

#[test]
#[ignore = "runs TOLLGATE_FUZZ_LINES lines, 5000 where it is not set"]
fn nothing_that_bash_runs_is_missed() {
    let bash = Bash::new();
    let mut random = Random::new();
    let known = include_str!("../corpus/parser_differentials.jsonl")
        .lines()
        .chain(include_str!("../corpus/parser_cases.jsonl").lines());
    let known: Vec<String> = known
        .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()["src"].as_str().unwrap().to_owned())
        .filter(|line| !line.contains('/'))
        .collect();
    let (mut right, mut asked, mut plain, mut plain_asked, mut missed) = (0_u32, 0_u32, 0_u32, 0_u32, Vec::new());
    let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..setting("TOLLGATE_FUZZ_LINES", 5000) {
        let old = random.below(4) == 0;
        let mut line = if old {
            known[random.below(known.len())].clone()
        } else {
            Grammar { random: &mut random, depth: 0 }.list()
        };
        let noises = random.below(5).saturating_sub(2) + usize::from(old);
        (0..noises).for_each(|_| noise(&mut line, &mut random));
        if line.contains('/') {
            continue;
        }
        let reading = checks::shell_line(&line);
        plain += u32::from(noises == 0);
        if flagged(&reading) {
            asked += 1;
            plain_asked += u32::from(noises == 0);
            if noises == 0 {
                let reason =
                    reading.unknown.first().map_or_else(|| "a dynamic program".to_owned(), ToString::to_string);
                *reasons.entry(reason).or_default() += 1;
                if std::env::var_os("TOLLGATE_FUZZ_SHOW").is_some() {
                    println!("asked {:?}: {line:?}", reading.unknown);
                }
            }
            continue;
        }
        let lost: Vec<Ran> = bash
            .run(&line)
            .into_iter()
            .filter(|ran| !reading.commands.iter().any(|command| bash.is(ran, command)))
            .collect();
        if lost.is_empty() {
            right += 1;
        } else {
            println!(
                "{line:?}\n  ran {lost:?}\n  read {:?}",
                reading.commands.iter().map(|one| (&one.words, &one.places)).collect::<Vec<_>>()
            );
            missed.push(line);
        }
    }
    println!("asked without noise: {reasons:#?}");
    println!("{right} right, {asked} asked, {} missed; of {plain} without noise {plain_asked} asked", missed.len());
    assert_eq!(missed, Vec::<String>::new());
}
