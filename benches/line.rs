//! How long a shell line takes to read: `cargo bench --bench line`.
//!
//! Everyday lines by both parsers, and the longest and deepest lines that are read at all, or refused.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and has nothing to save where a step fails"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};
use tollgate::shell::read;

fn everyday() -> Vec<String> {
    let mut lines = Vec::new();
    for text in include_str!("../tests/corpus/benign.jsonl").lines() {
        let case: serde_json::Value = serde_json::from_str(text).expect("a line of JSON");
        lines.push(case["cmdline"].as_str().expect("a shell line").to_owned());
    }
    lines
}

/// Returns the shortest of some times.
fn time(line: &str, times: usize) -> Duration {
    let once = || {
        let from = Instant::now();
        black_box(read(line));
        from.elapsed()
    };
    (0..times).map(|_| once()).min().expect("at least once")
}

/// Fills 32 KiB with a piece.
fn filled(before: &str, piece: &str, after: &str) -> String {
    let count = (32 * 1024 - before.len() - after.len()) / piece.len();
    format!("{before}{}{after}", piece.repeat(count))
}

fn main() {
    let lines = everyday();
    let total: Duration = lines.iter().map(|line| time(line, 200)).sum();
    println!(
        "{} everyday lines: {:.1?} each; wanted at most 25 us",
        lines.len(),
        total / u32::try_from(lines.len()).expect("few")
    );
    let cases = "case a in a) ".repeat(6) + "x" + &";; esac".repeat(6);
    let deep = |open: &str, close: &str, depth: usize| format!("{}x{}", open.repeat(depth), close.repeat(depth));
    let heavy = [
        ("words", filled("echo", " a", "")),
        ("quoted words", filled("echo", " \"a\"", "")),
        ("one word", filled("echo ", "a", "")),
        ("one quoted word", filled("echo '", "a", "'")),
        ("one double-quoted word", filled("echo \"", "a ", "\"")),
        ("variables", filled("echo", " $a", "")),
        ("variables in one word", filled("echo ", "$a", "")),
        ("variables in quotes", filled("echo \"", "$a", "\"")),
        ("escapes", filled("echo ", "\\a", "")),
        ("braces", filled("echo ", "{a", "")),
        ("brace lists", filled("echo ", "{a,b}", "")),
        ("open brackets", filled("", "(", "")),
        ("arithmetic brackets", filled("echo $((", "(", "")),
        ("brackets in words", filled("echo ", "[", "")),
        ("quotes", filled("echo ", "'", "")),
        ("double quotes", filled("echo ", "\"", "")),
        ("dollars", filled("echo ", "$", "")),
        ("substitutions", filled("echo", " $(a)", "")),
        ("substitutions in one word", filled("echo ", "$(a)", "")),
        ("substitutions in quotes", filled("echo \"", "$(a)", "\"")),
        ("backquotes", filled("echo", " `a`", "")),
        ("process substitutions", filled("echo", " <(a)", "")),
        ("parameters with defaults", filled("echo ", "${a:-b}", "")),
        ("commands", filled("", "a;", "")),
        ("newlines", filled("", "a\n", "")),
        ("pipes", filled("a", "|a", "")),
        ("conditions", filled("a", "&&a", "")),
        ("redirections", filled("a", " >b", "")),
        ("assignments", filled("", "a=b ", "c")),
        ("arithmetic", filled("echo $((1", "+1", "))")),
        ("tests", filled("[[ a", " && a", " ]]")),
        ("here-document", filled("cat <<X\n", "a $b\n", "X\n")),
        ("quoted here-document", filled("cat <<'X'\n", "a 'b\n", "X\n")),
        ("here-documents", filled("cat", " <<X", "\n")),
        ("comment", filled("a # ", "x", "")),
        ("functions", filled("", "f(){ a;};", "")),
        ("loops", filled("", "for i in a;do b;done;", "")),
        ("case patterns", filled("case a in ", "b|", "b) c;; esac")),
        ("tildes", filled("echo ", "~", "")),
        ("globs", filled("echo ", "*", "")),
        ("bangs", filled("", "! ", "a")),
        ("blanks", filled("a", " ", "")),
        ("continuations", filled("a", "\\\n", "")),
        ("array", filled("a=(", "b ", ")")),
        ("ANSI quotes", filled("echo ", "$'a'", "")),
        ("extended globs", filled("echo ", "@(a)", "")),
        ("deep substitutions", deep("$(", ")", 10)),
        ("deep subshells", deep("(", ")", 10)),
        ("deep groups", deep("{ ", "; }", 10)),
        ("deep parameters", format!("echo {}", deep("${a:-", "}", 10))),
        ("deep quotes", format!("echo {}", deep("\"$(echo ", ")\"", 9))),
        ("deep cases", cases),
        ("deep arithmetic", format!("echo $(({}))", deep("(", ")", 8))),
        (
            "functions that call",
            "f(){ g;g;g;g;};g(){ h;h;h;h;};h(){ i;i;i;i;};i(){ j;j;j;j;};j(){ k;k;k;k;};f".to_owned(),
        ),
    ];
    for (name, line) in heavy {
        let took = time(&line, 3);
        let unknown = read(&line).unknown.first().map_or_else(|| "known".to_owned(), ToString::to_string);
        let mark = if took > Duration::from_millis(50) { "  TOO LONG, wanted at most 50 ms" } else { "" };
        println!("{name:<28} {took:>10.1?}  {unknown}{mark}");
    }
}
