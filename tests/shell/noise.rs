//! Mutated lines: nothing crashes, nothing takes long.

use crate::checks;
use crate::random::{Random, seconds};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Longer than this is written down. Not asserted: the machine may be busy.
const SLOW: Duration = Duration::from_millis(50);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn seeds() -> Vec<String> {
    let entries = fs::read_dir(root().join("fuzz/seeds/shell_line")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

fn dictionary() -> Vec<String> {
    let text = fs::read_to_string(root().join("fuzz/shell.dict")).unwrap();
    let entry = |line: &str| {
        let inner = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
        inner.replace("\\x0a", "\n").replace("\\x0d", "\r").replace("\\\"", "\"").replace("\\\\", "\\")
    };
    text.lines().map(entry).collect()
}

fn mutate(line: &mut Vec<char>, seeds: &[String], words: &[String], random: &mut Random) {
    let at = random.below(line.len() + 1);
    let end = (at + 1 + random.below(12)).min(line.len());
    match random.below(7) {
        0 => drop(line.drain(at..end)),
        1 => {
            let copy: Vec<char> = line[at..end].to_vec();
            let times = 1 + random.below(3);
            (0..times).for_each(|_| drop(line.splice(at..at, copy.clone())));
        }
        2 | 3 => drop(line.splice(at..at, words[random.below(words.len())].chars())),
        4 => {
            let other: Vec<char> = seeds[random.below(seeds.len())].chars().collect();
            let from = random.below(other.len() + 1);
            drop(line.splice(at..at, other[from..].iter().copied()));
        }
        5 => line.truncate(at),
        _ => {
            let noise = "$(){}[]<>|&;`'\"\\ \n\t!#*?~=-abx01\u{200b}\u{e9}";
            let noise: Vec<char> = noise.chars().collect();
            line.insert(at, noise[random.below(noise.len())]);
        }
    }
}

#[test]
fn every_seed_is_read_or_unknown() {
    for seed in seeds() {
        checks::shell_line(&seed);
    }
}

#[test]
#[ignore = "runs for as long as TOLLGATE_FUZZ_SECONDS says"]
fn mutated_lines_are_read_or_unknown() {
    let (seeds, words, mut random) = (seeds(), dictionary(), Random::new());
    let (start, limit) = (Instant::now(), seconds("TOLLGATE_FUZZ_SECONDS", 10));
    // What does not come back at all is found there.
    let last = std::env::var_os("TOLLGATE_FUZZ_LAST");
    let (mut count, mut failed, mut slow) = (0_u64, 0_u32, 0_u32);
    while start.elapsed() < limit {
        let mut line: Vec<char> = seeds[random.below(seeds.len())].chars().collect();
        for _ in 0..=random.below(8) {
            mutate(&mut line, &seeds, &words, &mut random);
        }
        let line: String = line.into_iter().collect();
        if let Some(path) = &last {
            fs::write(path, &line).unwrap();
        }
        let from = Instant::now();
        let reading = checks::shell_line(&line);
        // The line was read twice.
        if from.elapsed() > 2 * SLOW {
            slow += 1;
            println!("{:?}: {line:?}", from.elapsed() / 2);
        }
        if reading.unknown.iter().any(|unknown| unknown.to_string().contains("fails on")) {
            failed += 1;
            println!("a parser fails on {line:?}");
        }
        count += 1;
    }
    println!("{count} lines; a parser failed on {failed}; {slow} took long");
    assert_eq!(failed, 0, "a parser failed");
}
