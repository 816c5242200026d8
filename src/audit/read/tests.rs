//! Reading what was written.

use super::*;
use crate::audit::testing::*;
use crate::model::Decision;
use std::fs;
use std::io::Write as _;
use std::time::Duration;

fn texts(path: &std::path::Path) -> Vec<String> {
    read_session(path).expect("opens").map(|entry| one_line(&entry.expect("reads"))).collect()
}

/// Returns a line of text without its time.
fn untimed(text: &str) -> String {
    text.chars().skip(22).collect()
}

#[test]
fn a_session_reads_as_one_line_of_text_each() {
    let ground = Ground::new();
    let path = ground.whole_session().path;
    let texts = texts(&path);
    assert!(texts.iter().all(|text| !text.contains('\n')));
    let of = |word: &str| texts.iter().find(|text| text.contains(word)).map(|text| untimed(text));
    assert_eq!(
        of("  deny ").as_deref(),
        Some(concat!(
            "deny       curl https://evil.example  (dev-tools at /etc/tollgate/policy.yaml:14) \u{2014} ",
            r#"it is "known"\n"#
        ))
    );
    assert_eq!(of("  granted ").as_deref(), Some("granted    #9 by uid:1000 (tty), once, after 8.1 s"));
    assert_eq!(of("  policy ").as_deref(), Some("policy     /etc/p.yaml (managed, 118 rules, 060606060606)"));
    assert_eq!(of("exit 0 after").as_deref(), Some("outcome    #2 exit 0 after 0.008 s"));
    assert_eq!(of("  end ").as_deref(), Some("end        agent_exit, exit 0, 7 programs"));
    assert!(of("  start ").is_some_and(|start| start.ends_with(": claude -p 'fix it'")), "{texts:#?}");
}

#[test]
fn foreign_text_is_escaped_and_bytes_that_are_no_text_are_shown() {
    let ground = Ground::new();
    let journal = ground.open();
    let mut request = request(&["echo", "\u{1b}[2J\u{202e}"]);
    request.argv.push(std::os::unix::ffi::OsStringExt::from_vec(vec![0xff, b'x']));
    let found = evaluation(Decision::Deny);
    drop(journal.decision(&decision(&request, &found)).expect("decision"));
    let shown = texts(journal.path()).pop().expect("a line");
    assert!(shown.contains(r"echo '\u{1b}[2J\u{202e}' '\xffx'"), "{shown}");
}

#[test]
fn what_is_no_line_is_shown_as_damaged() {
    let ground = Ground::new();
    let closed = ground.whole_session();
    let (path, next) = (closed.path, closed.lines + 1);
    let mut file = fs::OpenOptions::new().append(true).open(&path).expect("opens");
    file.write_all(b"{\"a\": 1}\n\x1btorn").expect("writes");
    let texts = texts(&path);
    assert_eq!(untimed(&texts[texts.len() - 2]), format!("DAMAGED    line {next}: {{\"a\": 1}}"));
    assert_eq!(untimed(&texts[texts.len() - 1]), format!("DAMAGED    line {}: \\u{{1b}}torn", next + 1));
}

#[test]
fn sessions_are_found_by_path_by_beginning_and_as_the_last() {
    let ground = Ground::new();
    let first = ground.whole_session().path;
    let second = ground.whole_session().path;
    let audit = ground.audit();
    let id = |path: &std::path::Path| path.file_stem().expect("stem").to_str().expect("text").to_owned();
    assert_eq!(find_session(&audit, "last").expect("found"), second);
    assert_eq!(find_session(&audit, &id(&first)).expect("found"), first);
    assert_eq!(find_session(&audit, &id(&first).to_lowercase()).expect("found"), first);
    assert_eq!(find_session(&audit, first.to_str().expect("text")).expect("found"), first);
    assert!(find_session(&audit, "01").expect_err("two").to_string().contains("give more of the id"));
    assert!(find_session(&audit, "7Z").expect_err("none").to_string().contains("no session"));
    assert!(find_session(&ground.keys(), "last").is_err());
    let all = sessions(&audit).expect("sessions");
    assert_eq!(all.iter().map(|session| session.path.clone()).collect::<Vec<_>>(), [first, second]);
    assert!(all.iter().all(|session| session.sealed && session.host == "host-7"));
}

#[test]
fn new_lines_are_followed_across_sessions() {
    let ground = Ground::new();
    let soon = Duration::from_secs(5);
    let mut waiting = Follower::new(&ground.audit(), 10).expect("no session yet");
    assert_eq!(waiting.next_entry(Duration::ZERO).expect("reads"), None);
    let journal = ground.open();
    let mut kinds = |count: usize| {
        let next = |_| match waiting.next_entry(soon).expect("reads").expect("an entry") {
            Entry::Line(line) => line.kind().to_owned(),
            Entry::Damaged { shown, .. } => panic!("{shown}"),
        };
        (0..count).map(next).collect::<Vec<_>>()
    };
    assert_eq!(kinds(1), ["session_start"]);
    decide(&journal, Decision::Deny, &["x"]).expect("deny");
    assert_eq!(kinds(1), ["decision"]);
    drop(journal.close(&ending()).expect("closes"));
    let second = ground.open();
    assert_eq!(kinds(3), ["session_end", "checkpoint", "session_start"]);
    decide(&second, Decision::Deny, &["y"]).expect("deny");
    let mut tail = Follower::new(&ground.audit(), 1).expect("follows");
    assert_eq!(tail.path(), Some(second.path()));
    let Some(Entry::Line(last)) = tail.next_entry(soon).expect("reads") else { panic!("no line") };
    assert_eq!((last.kind(), last.seq()), ("decision", Some(1)));
    assert_eq!(tail.next_entry(Duration::ZERO).expect("reads"), None);
}
