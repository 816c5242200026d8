//! What rules ask beside the command: the programs above, the time, how often, who may say yes.

use super::harness::{Env, policy};
use super::records::text;

#[test]
fn a_budget_is_used_up_in_a_session_and_whole_in_the_next() {
    let env =
        Env::new(&policy("  - { id: often, action: deny, match: { program: tick }, limit: { count: 2, per: 1h } }\n"));
    env.script(&env.bin("tick"), "#!/bin/sh\nexit 0\n");
    for _ in 0..2 {
        let run = env.shell("tick && tick || exit 1; tick; exit $?");
        let run = run.exited(126);
        assert!(run.err().contains("denied by rule often"), "{}", run.err());
    }
}

#[test]
fn a_program_is_judged_by_what_stands_above_it() {
    let env = Env::new(&policy(
        "  - { id: below, action: deny, match: { program: danger, parent: { any_ancestor: { program: pack, subcommand: [install] } } } }\n",
    ));
    env.install("evil", env.bin("danger"));
    env.script(&env.bin("pack"), "#!/bin/sh\nsh -c 'danger; exit $?'\nexit $?\n");
    env.shell("pack install; exit $?").exited(126);
    env.shell("pack test; exit $?").exited(super::programs::EVIL);
    env.shell("danger; exit $?").exited(super::programs::EVIL);
}

#[test]
fn conditions_are_those_of_the_session_not_of_the_agent() {
    let env = Env::new(&policy(
        "  - { id: prod, action: deny, match: { program: danger }, when: { not: { env_is: { APP_ENV: [dev] } } } }\n",
    ));
    env.install("evil", env.bin("danger"));
    env.shell("APP_ENV=dev danger; exit $?").exited(126);
    env.shell("export APP_ENV=dev; sh -c 'danger; exit $?'; exit $?").exited(126);
}

#[test]
fn what_cannot_be_demanded_here_is_refused_with_the_reason() {
    let env = Env::new(
        &policy(
            "  - { id: two, action: ask, match: { program: danger }, approval: { quorum: 2 } }\n  \
             - { id: one, action: ask, match: { program: other }, approval: { timeout: 5s } }\n",
        )
        .replace("unknown: allow", "no_approver: allow"),
    );
    env.install("evil", env.bin("danger"));
    env.install("evil", env.bin("other"));
    let run = env.shell("danger; exit $?");
    let run = run.exited(126);
    assert!(run.err().contains("2 approvers"), "{}", run.err());
    // A rule with approval is never answered by nobody.
    env.shell("other; exit $?").exited(126);
}

#[test]
fn what_only_records_is_recorded() {
    let env = Env::new(&policy("  - { id: noted, action: log, match: { program: danger } }\n"));
    env.install("evil", env.bin("danger"));
    env.shell("danger; exit $?").exited(super::programs::EVIL);
    let records = env.verified();
    let decision = records.decision("danger");
    assert_eq!(text(&decision["decision"]), "allow");
    assert!(decision.to_string().contains("noted"), "{decision}");
}
