//! A rule on a program is a rule on that file, whatever it is called and however it is started.
//!
//! Each technique runs twice: with a twin that no rule names, to show that it works, and with the
//! forbidden program, which must be refused.

use super::harness::{Env, copy, policy};
use super::needs;
use super::programs::{self, EVIL, TWIN};

/// Runs a line of shell in which `@` is the path of a program and `%` another program's name in the
/// same folder, with the twin and with the forbidden one.
#[track_caller]
fn technique(line: &str) {
    let rule = |env: &Env| {
        let path = env.root().join("kept/danger");
        policy(&format!("  - {{ id: by-path, action: deny, match: {{ program: {{ path: {} }} }} }}\n", path.display()))
    };
    let run = |program: &str| {
        let env = Env::new("");
        std::fs::write(env.policy(), rule(&env)).unwrap();
        for (name, source) in [("danger", "evil"), ("other", "twin")] {
            let folder = env.root().join("kept");
            std::fs::create_dir_all(&folder).unwrap();
            env.install(source, folder.join(name));
        }
        let path = env.root().join("kept").join(program);
        let line =
            line.replace('@', path.to_str().unwrap()).replace("MEMFD", programs::program("memfd").to_str().unwrap());
        let output = env.shell(&format!("{line}\nexit $?"));
        let records = env.verified();
        let denied = records.of("decision").iter().filter(|record| record["rule"] == "by-path").count();
        (output, denied)
    };
    let (twin, denied) = run("other");
    assert_eq!((twin.code(), denied), (TWIN, 0), "the technique itself: {twin:?}");
    let (danger, denied) = run("danger");
    assert_ne!(danger.code(), EVIL, "it ran: {danger:?}");
    assert_eq!((danger.code(), denied), (126, 1), "{danger:?}");
    assert_eq!(danger.refusals().len(), 1, "{danger:?}");
}

#[test]
fn the_path_itself_is_refused() {
    technique("@ x");
}

#[test]
fn another_spelling_of_the_path_is_refused() {
    technique("cd / && /.//$(dirname @)/../kept/./$(basename @) x");
}

#[test]
fn a_relative_path_is_refused() {
    technique("cd $(dirname @) && ./$(basename @)");
}

#[test]
fn a_symbolic_link_is_refused() {
    technique("ln -s @ innocent && ./innocent");
}

#[test]
fn a_hard_link_is_refused() {
    technique("ln @ innocent && ./innocent");
}

#[test]
fn a_renamed_file_is_refused() {
    technique("mv @ innocent && ./innocent");
}

#[test]
fn a_file_in_a_renamed_folder_is_refused() {
    technique("mv $(dirname @) elsewhere && ./elsewhere/$(basename @)");
}

#[test]
fn a_copy_is_refused() {
    technique("cp @ innocent && ./innocent");
}

#[test]
fn a_copy_that_is_made_by_reading_is_refused() {
    technique("cat @ > innocent && chmod +x innocent && ./innocent");
}

#[test]
fn a_copy_in_memory_is_refused() {
    technique("MEMFD @");
}

#[test]
fn a_file_that_is_gone_by_name_is_refused() {
    technique("exec 9< @ && rm @ && /proc/self/fd/9");
}

#[test]
fn a_program_started_by_the_loader_is_refused() {
    let Some(loader) = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1"]
        .into_iter()
        .find(|path| std::path::Path::new(path).exists())
    else {
        needs::has("a loader", false);
        return;
    };
    technique(&format!("{loader} @"));
}

#[test]
fn another_zeroth_argument_changes_nothing() {
    technique("bash -c 'exec -a innocent @'");
}

#[test]
fn a_program_bound_elsewhere_is_refused() {
    if !needs::namespaces() {
        return;
    }
    technique("touch innocent && unshare -Urm sh -c 'mount --bind @ innocent && ./innocent'");
}

#[test]
fn a_program_bound_over_an_innocent_path_is_refused() {
    if !needs::namespaces() {
        return;
    }
    technique("unshare -Urm sh -c 'mount --bind @ /usr/bin/true && /usr/bin/true'");
}

#[test]
fn a_script_with_a_denied_interpreter_is_refused() {
    // The script's own status is its interpreter's.
    technique("printf '#!%s\\n' @ > script && chmod +x script && ./script");
}

/// A folder with a forbidden script that leaves a mark.
fn with_script() -> Env {
    let env = Env::new("");
    let script = env.root().join("kept.sh");
    env.script(&script, "#!/bin/sh\necho ran >> \"$MARK\"\n");
    let rule = format!("  - {{ id: by-path, action: deny, match: {{ program: {{ path: {} }} }} }}\n", script.display());
    std::fs::write(env.policy(), policy(&rule)).unwrap();
    env
}

#[test]
fn a_denied_script_is_refused_however_it_is_read() {
    for line in [
        "@",
        "sh @",
        "bash @ x",
        "bash -e -- @",
        "env sh @",
        "ln @ s.sh && ./s.sh",
        "cp @ s.sh && sh s.sh",
        "cp @ s.sh && ./s.sh",
        "ln -s @ s.sh && sh ./s.sh",
    ] {
        let env = with_script();
        let script = env.root().join("kept.sh");
        let line = line.replace('@', script.to_str().unwrap());
        let mark = env.work("mark");
        let output = env.shell(&format!("export MARK={}; {line}", mark.display())).exited(126);
        assert!(!mark.exists(), "{line}: {output:?}");
        assert_eq!(output.refusals().len(), 1, "{line}: {output:?}");
        env.verify();
    }
}

#[test]
fn a_script_that_no_rule_names_runs() {
    let env = with_script();
    copy(&env.root().join("kept.sh"), &env.work("other.sh"));
    env.script(&env.work("other.sh"), "#!/bin/sh\necho other >> \"$MARK\"\n");
    env.shell("export MARK=mark; ./other.sh && sh other.sh").exited(0);
    assert_eq!(std::fs::read_to_string(env.work("mark")).unwrap(), "other\nother\n");
}

#[test]
fn a_multicall_program_is_judged_by_its_applet() {
    if !needs::program("busybox") {
        return;
    }
    let deny = "  - { id: no-rmdir, action: deny, match: { program: rmdir } }\n";
    for (line, status) in [
        ("busybox rmdir x", 126),
        ("ln -s $(command -v busybox) ./rmdir && ./rmdir x", 126),
        ("cp $(command -v busybox) ./rmdir && ./rmdir x", 126),
        ("busybox busybox rmdir x", 126),
        ("busybox sh -c 'busybox rmdir x'", 126),
        ("busybox true", 0),
        ("ln -s $(command -v busybox) ./true && ./true", 0),
    ] {
        let env = Env::new(&policy(deny));
        std::fs::create_dir(env.work("x")).unwrap();
        let output = env.shell(&format!("{line}\nexit $?")).exited(status);
        assert!(env.work("x").exists(), "{line}: {output:?}");
        env.verify();
    }
}

#[test]
fn an_execute_only_program_is_refused_where_it_cannot_be_read() {
    if needs::is_root() {
        return needs::skipped("root can read everything");
    }
    let env = Env::new(&policy(""));
    env.install("evil", env.work("closed"));
    let output = env.shell("chmod 111 closed; ./closed; exit $?");
    assert_ne!(output.code(), EVIL);
    assert_ne!(output.code(), 0);
    let records = env.verified();
    assert_eq!(records.of("decision").iter().filter(|record| record["by"] == "fault").count(), 1);
}

#[test]
fn an_altered_copy_is_another_program() {
    // What SECURITY.md says: only keeping the file unreadable holds this. Were it held one day, this test
    // would say so.
    let env = Env::with_danger(&policy("  - { id: no, action: deny, match: { program: { name: danger } } }\n"));
    let output = env.shell("cp danger innocent && printf x >> innocent && ./innocent; exit $?");
    assert_eq!(output.code(), EVIL);
}
