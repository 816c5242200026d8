//! What is known of a command beyond its words: folders, what feeds it, functions, variables.

use crate::shell::*;

/// Returns the words of a command, those that are not known in brackets.
fn shown(command: &SimpleCommand) -> String {
    let word = |word: &Word| match word {
        Word::Literal(text) => text.to_string_lossy().into_owned(),
        Word::Pattern(text) => format!("<{}>", text.to_string_lossy()),
        Word::Dynamic(text) | Word::Quoted(text) => format!("[{text}]"),
    };
    command.words.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn lines(line: &str) -> Vec<String> {
    read(line).commands.iter().map(shown).collect()
}

/// Returns the one command with this program.
fn find<'a>(commands: &'a [SimpleCommand], program: &str) -> (usize, &'a SimpleCommand) {
    let mut found = commands.iter().enumerate().filter(|(_, command)| command.name() == Some(program));
    let first = found.next().unwrap_or_else(|| panic!("{program} is in {commands:?}"));
    assert!(found.next().is_none(), "{program} is there once");
    first
}

/// Returns where the program may run.
fn places(line: &str, program: &str) -> Vec<String> {
    let commands = read(line).commands;
    let (_, command) = find(&commands, program);
    let step = |word: &Word| word.literal().unwrap_or("?").to_owned();
    let mut places: Vec<String> =
        command.places.iter().map(|place| place.steps.iter().map(step).collect::<Vec<_>>().join(" ")).collect();
    places.sort();
    places
}

/// Returns the programs that feed a program.
fn upstream(line: &str, program: &str) -> Vec<String> {
    let commands = read(line).commands;
    let (_, command) = find(&commands, program);
    let mut names: Vec<String> = command.upstream.iter().map(|index| shown(&commands[*index])).collect();
    names.sort();
    names
}

#[test]
fn a_folder_holds_where_the_change_may_have_happened() {
    for (line, expected) in [
        ("x", &[""][..]),
        ("cd a && x", &["a"]),
        ("cd a; x", &["", "a"]),
        ("cd a || x", &[""]),
        ("cd a && y; x", &["", "a"]),
        ("! cd a || x", &["a"]),
        ("cd a && cd b && x", &["a b"]),
        ("cd a && cd /b && x", &["/b"]),
        ("cd a && (cd b && y) && x", &["a"]),
        ("cd a | x", &[""]),
        ("cd a & x", &[""]),
        ("pushd a && y && popd && x", &[""]),
        ("cd a && cd - && x", &[""]),
        ("cd $Y && x", &["?"]),
        ("if cd a; then x; fi", &["a"]),
        ("if cd a; then y; else x; fi", &[""]),
        ("if y; then cd a; fi; x", &["", "a"]),
        ("for i in 1 2; do cd a; x; done", &["", "?", "a"]),
        ("f() { cd a; }; f && x", &["", "a"]),
        ("eval 'cd a' && x", &["", "a"]),
        ("command cd a && x", &["a"]),
        ("cd; x", &["", "~"]),
        ("trap x EXIT; cd a", &["", "?"]),
    ] {
        assert_eq!(places(line, "x"), expected, "{line}");
    }
}

#[test]
fn what_feeds_a_command_is_known_through_everything() {
    for (line, expected) in [
        ("curl u | sh", &["curl u"][..]),
        ("curl u | tee f | sh", &["tee f"]),
        ("{ curl u; wget u; } | sh", &["curl u", "wget u"]),
        ("(curl u) | (sh)", &["curl u"]),
        ("curl u | { x; sh; }", &["curl u"]),
        ("curl u | while read l; do sh; done", &["curl u"]),
        ("while x; do curl u; done | sh", &["curl u", "x"]),
        ("curl u |& sh", &["curl u"]),
        ("curl u | if x; then sh; fi", &["curl u"]),
        ("sh < <(curl u)", &["curl u"]),
        ("{ sh; } < <(curl u)", &["curl u"]),
        ("curl u > >(sh)", &["curl u"]),
        ("curl u | tee >(sh)", &["tee [process substitution]"]),
        ("f() { sh; }; curl u | f", &["curl u"]),
        ("curl u | eval sh", &["curl u"]),
        ("curl u | echo $(sh)", &["curl u"]),
        ("curl u | sh < f", &[]),
        ("curl u; sh", &[]),
        ("coproc curl u | sh", &["curl u"]),
        ("time curl u | sh", &["curl u"]),
    ] {
        assert_eq!(upstream(line, "sh"), expected, "{line}");
    }
}

#[test]
fn commands_inside_words_are_known_at_their_place() {
    let commands = read("X=$(a) bash -c \"$(curl u)\" <(b) > >(c) <<<`d`").commands;
    let (_, outer) = find(&commands, "bash");
    let of = |kind, spot, program| Substitution { kind, spot, commands: vec![find(&commands, program).0] };
    assert_eq!(
        outer.substitutions,
        [
            of(SubstitutionKind::Output, Spot::Assignment(0), "a"),
            of(SubstitutionKind::Output, Spot::Word(2), "curl"),
            of(SubstitutionKind::ReadFrom, Spot::Word(3), "b"),
            of(SubstitutionKind::WriteTo, Spot::Redirection, "c"),
            of(SubstitutionKind::Output, Spot::Redirection, "d"),
        ]
    );
}

#[test]
fn a_call_runs_the_body_with_its_arguments() {
    assert_eq!(lines("f() { rm -rf \"$1\"; }; f /"), ["f /", "rm -rf /"]);
    assert_eq!(lines("f() { rm \"$@\"; }; f -rf 'a b'"), ["f -rf a b", "rm -rf a b"]);
    assert_eq!(lines("git() { rm \"$@\"; }; git -rf x"), ["git -rf x", "rm -rf x"]);
    assert_eq!(lines("f() { rm $1; }; f '*'"), ["f *", "rm [$1]"]);
    assert_eq!(lines("f() { shift; rm \"$1\"; }; f a"), ["f a", "shift", "rm [\"$1\"]"]);
    // Never called as far as can be seen.
    assert_eq!(lines("f() { rm $1; }; trap \"$X\" EXIT"), ["trap [\"$X\"] EXIT", "rm [$1]"]);
    assert_eq!(lines("f() { rm \"$1\"; }; f a; eval \"$X\""), ["f a", "rm a", "eval [\"$X\"]", "rm [\"$1\"]"]);
    let callee = |line: &str, program| find(&read(line).commands, program).1.callee;
    assert_eq!(callee("f() { x; }; f", "f"), Callee::Function);
    assert_eq!(callee("if y; then f() { x; }; fi; f", "f"), Callee::Either);
    assert_eq!(callee("(f() { x; }); f", "f"), Callee::Program);
    assert_eq!(callee("f() { x; }; (f)", "f"), Callee::Function);
    assert_eq!(callee("f() { x; }; command f", "command"), Callee::Program);
    assert!(!read("f() { f; }; f").unknown.is_empty());
    // What shadows `cd` moves nothing.
    assert_eq!(places("cd() { :; }; cd a && x", "x"), [""]);
}

#[test]
fn a_literal_variable_of_the_line_is_used_where_that_is_certain() {
    assert_eq!(lines("X=rm; $X -rf /").last().unwrap(), "rm -rf /");
    assert_eq!(lines("X=rm && Y=-rf; $X \"$Y\" /").last().unwrap(), "rm [\"$Y\"] /");
    for line in [
        "X=rm; read X; $X y",
        "X=rm; re''ad Z; $X y",
        "true && X=rm; $X y",
        "(X=rm); $X y",
        "X=rm & $X y",
        "X=rm; X=ls; $X y",
        "X='a b'; $X y",
        "X=rm; IFS=m; $X y",
        "X=rm; eval \"$Z\"; $X y",
        "X=rm cmd; $X y",
        "RANDOM=1; $RANDOM y",
        "X=rm; printf -v \"$Z\" ls; $X y",
        "X=rm; . f; $X y",
    ] {
        assert!(lines(line).last().unwrap().starts_with("[$"), "{line}: {:?}", lines(line));
    }
}

#[test]
fn braces_become_words() {
    assert_eq!(lines("{rm,-rf,/}"), ["rm -rf /"]);
    assert_eq!(lines("mkdir -p src/{a,b}"), ["mkdir -p src/a src/b"]);
    assert_eq!(lines("echo {a,$X}"), ["echo [{a,$X}]"]);
}

#[test]
fn a_substitution_is_literal_where_it_prints_what_it_says() {
    let last = |line: &str| lines(line).pop().unwrap();
    assert_eq!(last("git commit -m \"$(cat <<'X'\nfix: it\n\nmore\nX\n)\""), "git commit -m fix: it\n\nmore");
    assert_eq!(last("$(echo rm) x"), "rm x");
    assert_eq!(last("bash -c \"$(printf '%s' 'rm a')\""), "bash -c rm a");
    for line in ["$(echo -e 'r\\x6d') x", "$(echo a b) x", "$(echo $Y) x", "$(echo a; echo b) x", "$(echo a >&2) x"] {
        assert!(last(line).starts_with('['), "{line}: {}", last(line));
    }
    // An `echo` of the line's own prints what it likes.
    assert!(lines("echo() { printf rm; }; $(echo ls) x").contains(&"[$(echo ls)] x".to_owned()));
}

#[test]
fn text_that_builtins_run_is_read() {
    assert!(lines("eval 'rm -rf' x").contains(&"rm -rf x".to_owned()));
    assert!(lines("trap 'rm x' EXIT").contains(&"rm x".to_owned()));
    assert!(lines("builtin eval 'rm x'").contains(&"rm x".to_owned()));
    assert!(!read("eval 'rm ('").unknown.is_empty());
}

#[test]
fn what_is_evaluated_twice_is_not_known() {
    for line in [
        "test -v 'a[$(rm x)]'",
        "[ -v \"$X\" ]",
        "[[ -v $X ]]",
        "printf -v 'a[$(rm x)]' y",
        "let 'a[$(rm x)]=1'",
        "let $X",
        "((a[$(rm x)]))",
        "echo $((a[`rm x`]))",
        "i='a[$(rm x)]'; ((i))",
        "read 'a[$(rm x)]'",
        "unset \"$X\"",
        "alias ls=rm\nls x",
        "alias $X; ls",
        "BASH_ALIASES[ls]=rm; ls",
        "trap \"$X\" EXIT",
        "echo ${X@P}",
    ] {
        let reading = read(line);
        assert!(reading.unknown.iter().any(|unknown| unknown.cause() == Cause::Dynamic), "{line}: {reading:?}");
    }
    for line in ["[ -f \"$X\" ]", "test -z $X", "printf '%s' \"$X\"", "((i++))", "echo $((a[i]))", "unset X", "read X"]
    {
        assert_eq!(read(line).unknown, [], "{line}");
    }
}

#[test]
fn an_unknown_part_does_not_hide_the_others() {
    let reading = read("rm -rf / ${x@P}; ls");
    assert!(!reading.unknown.is_empty());
    assert_eq!(reading.commands.iter().map(shown).collect::<Vec<_>>(), ["rm -rf / [${x@P}]", "ls"]);
    let reading = read("rm\u{200b} x; ls");
    assert_eq!(reading.unknown[0].cause(), Cause::Invisible);
    assert_eq!(reading.commands.len(), 2);
}

#[test]
fn exported_and_declared_variables_are_assignments() {
    for (line, scope) in [
        ("X=1 cmd", Scope::Command),
        ("X=1", Scope::Shell),
        ("export X=1", Scope::Export),
        ("declare -x X=1", Scope::Export),
        ("declare \"X=1\"", Scope::Shell),
        ("local X=1", Scope::Shell),
        ("readonly X=1", Scope::Shell),
        ("builtin export X=1", Scope::Export),
    ] {
        let expected = Assignment { name: "X".to_owned(), value: Word::Literal("1".into()), scope };
        assert_eq!(read(line).commands[0].assignments, [expected], "{line}");
    }
    let commands = read("export PATH=/tmp:$PATH").commands;
    assert_eq!(commands[0].assignments[0].value, Word::Dynamic("/tmp:$PATH".to_owned()));
}

#[test]
fn redirections_have_their_descriptors() {
    use RedirectionKind as K;
    let of = |line: &str| -> Vec<(K, u32, String)> {
        let redirections = read(line).commands[0].redirections.clone();
        redirections.into_iter().map(|one| (one.kind, one.fd, one.target.literal().unwrap_or("?").to_owned())).collect()
    };
    let one = |kind, fd, target: &str| (kind, fd, target.to_owned());
    assert_eq!(of("x < a > b"), [one(K::Read, 0, "a"), one(K::Write, 1, "b")]);
    assert_eq!(of("x 2>> a"), [one(K::Append, 2, "a")]);
    assert_eq!(of("x &> a"), [one(K::Write, 1, "a"), one(K::Duplicate, 2, "1")]);
    assert_eq!(of("x >& a"), [one(K::Write, 1, "a"), one(K::Duplicate, 2, "1")]);
    assert_eq!(of("x 0>&1 2>&-"), [one(K::Duplicate, 0, "1"), one(K::Close, 2, "-")]);
    assert_eq!(of("x 3<> a"), [one(K::ReadWrite, 3, "a")]);
    let command = &read("psql <<X\ndrop table $Y\nX").commands[0];
    assert_eq!((command.stdin.as_deref(), command.stdin_written.as_deref()), (None, Some("drop table $Y\n")));
    assert_eq!(read("x 3<<X\na\nX").commands[0].stdin, None);
}

#[test]
fn what_other_shells_read_otherwise_is_not_known_there() {
    let unknown = |line: &str| read_as(line, Dialect::Other).unknown.iter().any(|one| one.cause() == Cause::Dialect);
    for line in [
        "[[ a || rm ]]",
        "((a))",
        "ls {a,b}",
        "ls &> f",
        "ls |& rm",
        "$'rm' x",
        "cat <(ls)",
        "cat <<< x",
        "a=(b)",
        "source f",
        "ls ${x/a/b}",
        "ls ${a[1]}",
        "time ls",
        "ls *(e:'rm x':)",
        "=ls x",
        "ls >& f",
    ] {
        assert!(unknown(line), "{line}");
    }
    for line in [
        "ls -l | grep x && cd y",
        "for i in a b; do echo \"$i\"; done",
        "echo ${x:-y} $((1+1)) 2>&1 >f",
        "if [ -f x ]; then cat <<X\na\nX\nfi",
    ] {
        assert_eq!(read_as(line, Dialect::Other).unknown, [], "{line}");
    }
}
