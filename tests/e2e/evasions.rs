//! A path is what it means to the program, and a refusal is the end of one.

use super::harness::{Env, policy};
use super::programs::{EVIL, optional, program};

/// Runs a line of shell in which `@` is a protected folder with a file in it.
#[track_caller]
fn keeps_the_file(line: &str) {
    let env = Env::new("");
    let kept = env.root().join("kept");
    let rule = format!(
        "  - {{ id: kept, action: deny, match: {{ program: rm, path: {{ in: [\"{}/**\"] }} }} }}\n",
        kept.display()
    );
    std::fs::write(env.policy(), policy(&rule)).unwrap();
    std::fs::create_dir_all(kept.join("below")).unwrap();
    std::fs::write(kept.join("file"), "x").unwrap();
    let output = env.run(&["bash", "-c", &format!("{}\nexit $?", line.replace('@', kept.to_str().unwrap()))]);
    assert_eq!((output.code(), kept.join("file").exists()), (126, true), "{line}: {output:?}");
    env.verify();
}

#[test]
fn a_path_through_the_programs_own_links_is_what_it_means_to_the_program() {
    for line in [
        "cd @; rm -f /proc/self/cwd/file",
        "cd @; rm -f /proc/thread-self/cwd/file",
        "exec 3< @; rm -f /dev/fd/3/file",
        "exec 3< @; rm -f /proc/self/fd/3/file",
        "ln -s /proc/self/cwd l; cd @; rm -f $OLDPWD/l/file",
    ] {
        keeps_the_file(line);
    }
}

#[test]
fn a_way_up_behind_a_link_leads_where_the_kernel_goes() {
    keeps_the_file("ln -s @/below l; rm -f l/../file");
}

#[test]
fn a_denied_script_that_is_executed_by_descriptor_is_refused() {
    let env = Env::new("");
    let script = env.root().join("kept.sh");
    env.script(&script, "#!/bin/sh\nexit 42\n");
    let path = script.display();
    let rule = format!("  - {{ id: by-path, action: deny, match: {{ program: {{ path: {path} }} }} }}\n");
    std::fs::write(env.policy(), policy(&rule)).unwrap();
    let by_descriptor = format!(
        "import os\nfd = os.open('{path}', os.O_RDONLY)\nos.set_inheritable(fd, True)\nos.execve(fd, ['x'], {{}})\n"
    );
    env.run(&["python3", "-c", &by_descriptor]).exited(126);
    env.shell(&format!("exec 9< {path}; sh /dev/fd/9; exit $?")).exited(126);
    env.shell("cd ..; sh /proc/self/cwd/kept.sh; exit $?").exited(126);
    env.verify();
}

#[test]
fn a_refused_image_cannot_be_mended() {
    let Some(evil) = optional("evil-mended") else { return };
    let rule = "  - { id: no-evil, action: deny, match: { program: evil-mended } }\n";
    let env = Env::new(&policy(rule));
    let mend = program("mend");
    let output = env.run(&[mend.as_os_str(), evil.as_os_str()]);
    assert_ne!(output.code(), EVIL, "it ran: {output:?}");
    env.verify();
}

#[test]
fn a_program_gets_no_name_from_where_the_agent_put_it() {
    let rules = "version: \"1.0\"\ndefaults: { action: deny }\nrules:\n  - { id: ok, action: allow, match: { program: [sh, cp, good] }, effects: unchecked }\n";
    let env = Env::new(rules);
    env.install("good", env.bin("good"));
    env.install("evil", env.work("evil"));
    let bin = env.bin("");
    let bin = bin.display();
    env.shell(&format!("{bin}/good")).exited(0);
    env.shell(&format!("cp evil {bin}/cp; {bin}/cp; exit $?")).exited(126);
    env.shell(&format!("cp -f evil {bin}/good; {bin}/good; exit $?"));
    env.verify();
}
