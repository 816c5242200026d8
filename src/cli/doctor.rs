//! `tollgate doctor`.

use super::args::DoctorArgs;
use super::output;
use crate::doctor::{Report, State, examine};
use crate::model::exit;

pub(super) fn doctor(options: &DoctorArgs) -> u8 {
    let examined =
        std::env::current_exe().map(|path| path.with_file_name("tollgate-shim")).and_then(|shim| examine(&shim));
    match examined {
        Ok(report) if options.json => output::json(&report),
        Ok(report) => output::text(table(&report)),
        Err(error) => {
            output::say(format_args!("cannot try what this machine can do: {error}"));
            return exit::FAILED;
        }
    }
    exit::SUCCESS
}

fn table(report: &Report) -> String {
    let mut out = format!("kernel {}, user {}, Landlock ABI {}", report.kernel, report.uid, report.landlock_abi);
    if let Some(scope) = report.yama_ptrace_scope {
        out.push_str(&format!(", Yama ptrace_scope {scope}"));
    }
    out.push_str("\n\n");
    for check in &report.checks {
        let state = match &check.state {
            State::Works => "works".to_owned(),
            State::Unused => "possible here, not used yet".to_owned(),
            State::Fails { step, error } => format!("FAILS at {step}: {error}"),
        };
        out.push_str(&format!("  {}  {}\n      {state}\n", check.tier, check.mechanism));
        if let State::Fails { .. } = check.state {
            out.push_str(&format!("      lost: {}\n", check.loses));
        }
        if let Some(fix) = &check.fix {
            out.push_str(&format!("      fix:  {fix}\n"));
        }
    }
    out.push_str(&format!(
        "\nA session here holds programs by {}, and neither confines files (F3) nor the network (N3).\n\
         sudo, su and other setuid programs do not gain rights inside a session (no_new_privs).\n",
        report.exec_tier
    ));
    out
}
