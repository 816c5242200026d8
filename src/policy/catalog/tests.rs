use super::*;
use std::ffi::OsString;

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

fn catalog() -> std::sync::Arc<Catalog> {
    Catalog::builtin()
}

#[test]
fn a_script_is_the_first_operand_of_its_interpreter() {
    let script = |line: &str| {
        let argv = words(line);
        let name = argv[0].to_str().unwrap().to_owned();
        catalog().script_operand(&argv, &[&name]).map(|at| argv[at].clone().into_string().unwrap())
    };
    for (line, expected) in [
        ("sh x.sh", Some("x.sh")),
        ("sh -e x.sh a", Some("x.sh")),
        ("bash -o pipefail ./x", Some("./x")),
        ("bash -euo pipefail ./x", Some("./x")),
        ("bash --rcfile r ./x", Some("./x")),
        ("sh -c ls", None),
        ("bash -lc ls", None),
        ("sh -s a", None),
        ("sh -", None),
        ("sh", None),
        ("python3 -u x.py a", Some("x.py")),
        ("python3.11 -W ignore x.py", Some("x.py")),
        ("python3 -m http.server", None),
        ("python3 -c pass x.py", None),
        ("perl -w x", Some("x")),
        ("perl -e 1 x", None),
        ("perl -ne 1 x", None),
        ("node --inspect x.js", Some("x.js")),
        ("node -r y x.js", Some("x.js")),
        ("node -e 1", None),
        ("ls x", None),
    ] {
        assert_eq!(script(line).as_deref(), expected, "{line}");
    }
}

#[test]
fn a_loader_names_the_program_that_it_starts() {
    let at = |line: &str| catalog().loader_operand(&words(line), &["ld-linux-x86-64.so.2"]);
    assert_eq!(at("ld.so /bin/rm x"), Some(1));
    assert_eq!(at("ld.so --library-path /x --inhibit-cache /bin/rm x"), Some(4));
    assert_eq!(at("ld.so --argv0 y /bin/rm x"), Some(3));
    assert_eq!(at("ld.so --help"), None);
}

#[test]
fn a_multicall_program_is_its_applet() {
    let catalog = catalog();
    assert_eq!(catalog.applet(&words("busybox rm x"), "busybox"), Some(("rm".to_owned(), 1)));
    assert_eq!(catalog.applet(&words("/tmp/rm x"), "busybox"), Some(("rm".to_owned(), 0)));
    assert_eq!(catalog.applet(&words("busybox"), "busybox"), None);
    assert_eq!(catalog.applet(&words("rm x"), "rm"), None);
    assert_eq!(catalog.applet(&words("/x/cargo build"), "rustup"), Some(("cargo".to_owned(), 0)));
    assert_eq!(catalog.applet(&words("rustup update"), "rustup"), None);
}

#[test]
fn names_with_a_version_are_the_same_program() {
    let catalog = catalog();
    assert!(catalog.looks_beside_itself("g++-12") && catalog.looks_beside_itself("python3.11"));
    assert!(!catalog.looks_beside_itself("git"));
    assert!(catalog.is_shell("bash") && catalog.is_shell("-bash") && !catalog.is_shell("bat"));
}
