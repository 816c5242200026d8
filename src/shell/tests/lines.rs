use crate::shell::*;

fn literal(words: &[&str]) -> Vec<Word> {
    words.iter().map(|word| Word::Literal((*word).into())).collect()
}

fn only(line: &str) -> SimpleCommand {
    let commands = parse(line).unwrap();
    assert_eq!(commands.len(), 1, "{line}");
    commands.into_iter().next().unwrap()
}

#[test]
fn quotes_are_removed() {
    for line in ["git push --force", r#""git" 'push' --fo"rc"e"#, r"g\it pu''sh $'--force'"] {
        assert_eq!(only(line).words, literal(&["git", "push", "--force"]), "{line}");
    }
}

#[test]
fn what_only_the_shell_knows_is_not_guessed() {
    for line in ["$X y", "`which rm` y", "$(which rm) y", "a$X y", "~other/x y", "${!x} y"] {
        let commands = parse(line).unwrap();
        let last = commands.last().and_then(|command| command.words.first()).cloned();
        assert!(matches!(last, Some(Word::Dynamic(_))), "{line}: {last:?}");
    }
    assert!(matches!(only("/bin/r? x").words[0], Word::Pattern(_)));
}

#[test]
fn the_home_folder_is_a_tilde() {
    for line in ["rm ~/x", "rm $HOME/x", "rm \"$HOME\"/x", "rm \"${HOME}/x\""] {
        assert_eq!(only(line).words[1], Word::Literal("~/x".into()), "{line}");
    }
    for line in ["rm $HOMEX/x", "rm ${HOME}x", "HOME=/; rm $HOME/x", "rm a$HOME"] {
        let commands = parse(line).unwrap();
        let last = commands.last().and_then(|command| command.words.get(1));
        assert!(matches!(last, Some(Word::Dynamic(_))), "{line}: {last:?}");
    }
}

#[test]
fn the_folder_of_a_command_is_a_dot() {
    for line in
        ["x $PWD:/app", "x \"$PWD\":/app", "x $(pwd):/app", "x \"$(pwd):/app\"", "x `pwd`:/app", "x ${PWD}:/app"]
    {
        let commands = parse(line).unwrap();
        let word = commands.iter().find_map(|command| command.words.get(1));
        assert_eq!(word, Some(&Word::Literal(".:/app".into())), "{line}");
    }
    for line in ["x a$(pwd)", "x $(pwd)x", "PWD=/; x $(pwd)", "pwd() { echo /; }; x $(pwd)", "x $(cd /; pwd)"] {
        let commands = parse(line).unwrap();
        let last =
            commands.iter().filter(|command| command.words.first() == Some(&Word::Literal("x".into()))).next_back();
        let last = last.and_then(|command| command.words.get(1));
        assert!(matches!(last, Some(Word::Dynamic(_))), "{line}: {last:?}");
    }
}

#[test]
fn literal_standard_input_is_kept() {
    for line in
        ["sh <<'X'\nrm a\nX\n", "sh <<X\nrm a\nX\n", "sh <<<'rm a'", "echo 'rm a' | sh", "cat <<X | sh\nrm a\nX\n"]
    {
        let commands = parse(line).unwrap();
        let stdin = commands.last().and_then(|command| command.stdin.as_deref());
        assert_eq!(stdin.map(str::trim_end), Some("rm a"), "{line}");
    }
    assert_eq!(only("sh <<X\n$Y\nX\n").stdin, None);
}

#[test]
fn a_directory_changes_for_what_follows_in_the_same_shell() {
    let places =
        |line: &str| -> Vec<usize> { parse(line).unwrap().iter().map(|command| command.directories.len()).collect() };
    assert_eq!(places("cd x && rm y"), [0, 1]);
    assert_eq!(places("(cd x; rm y); rm z"), [0, 1, 0]);
    assert_eq!(places("cd x | rm y; rm z"), [0, 0, 0]);
}

#[test]
fn redirections_and_assignments_stay_with_their_command() {
    let command = only("A=1 B=$X cmd <in >out 2>&1");
    assert_eq!(
        command.assignments[0],
        Assignment { name: "A".to_owned(), value: Word::Literal("1".into()), scope: Scope::Command }
    );
    assert!(matches!(command.assignments[1].value, Word::Dynamic(_)));
    assert_eq!(command.redirections.len(), 3);
    assert!(command.writes() && !only("cmd >/dev/null 2>&1").writes());
    assert!(only("{ cmd; } >out").writes());
}

#[test]
fn too_much_is_unknown_and_not_nothing() {
    let deep = |depth: usize| format!("{}rm x{}", "$(".repeat(depth), ")".repeat(depth));
    let long = "true; ".repeat(501);
    let big = "x".repeat(33 * 1024);
    let cases = "case a in a) ".repeat(7) + &";; esac".repeat(7);
    let invisible = "rm\u{200b} x";
    let control = "rm \u{1b}[2J";
    for line in [&deep(11), &long, &big, &cases, invisible, control, "if true; then", "a )", "'"] {
        assert!(parse(line).is_err(), "{line:.60}");
    }
    assert!(parse("").unwrap().is_empty());
    assert!(parse(&deep(3)).unwrap().iter().any(|command| command.name() == Some("rm")));
}

#[test]
fn a_prompt_expansion_is_unknown() {
    assert!(parse("echo ${x@P}").is_err());
    assert!(parse("echo ${x:-$(rm y)}").unwrap().iter().any(|command| command.words == literal(&["rm", "y"])));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_unknown(line in "[a-z $(){}|&;<>'\"`\\\\=*!\n]{0,60}") {
        let most = parse(&line).map_or(0, |commands| commands.len());
        proptest::prop_assert!(most <= 60, "more commands than characters");
    }

    #[test]
    fn single_quoted_words_come_out_as_they_are(words in proptest::collection::vec("[^'\\x00-\\x1f\\x7f-\\u{10ffff}]{1,12}", 1..6)) {
        let line: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        if let Ok(commands) = parse(&line.join(" ")) {
            let expected: Vec<&str> = words.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(&commands[0].words, &literal(&expected));
        }
    }
}

#[test]
fn what_a_parser_fails_on_is_unknown() {
    for line in [
        "if cat <<E; th${x: | -en rm x; fecho ${a:-${b:-$(rm x)}};;;;i\nfi\nEfi\nEfi\nEfi\nE",
        "echo 99999999999999999999>f",
        "cat <<E ${x\n}\nE\n",
        "echo ${x<<E}",
        "/\r<<\r<<\r<<\r<<< ",
        "cat <<''",
        "cat <<\"\"",
        "cat <<-''",
        "cat <<$''",
        "cat <<\\\n",
        "cat <<\r",
        "cat <<''\"\"",
        "cat <<\u{b}",
        "cat <<\u{c}",
        "cat <<\"\\\n\"",
        "cat <<''>f",
        "echo ~+99999999999999999999",
        "echo {1..99999999999999999999}",
        "echo $((99999999999999999999))",
        "echo ${x:99999999999999999999}",
        "echo $99999999999999999999",
        "echo ${99999999999999999999}",
    ] {
        let reading = read(line);
        let failed = reading.unknown.iter().any(|unknown| unknown.to_string().contains("fails on"));
        assert!(!failed, "a parser panics on {line}");
    }
}
