//! Trying each mechanism.

use super::report::{Check, Report, State};
use crate::sys::barrier::{self, Passage};
use crate::sys::elf::Linkage;
use crate::sys::filter::FilterOptions;
use crate::sys::landlock;
use crate::sys::notify::Listener;
use crate::sys::probe::{self, Namespace};
use crate::sys::process::{self, Command};
use crate::sys::reap::{self, Agent, Filtered, Go, Ready, Report as Heard};
use crate::sys::signal::Signals;
use std::io;
use std::path::Path;

/// A step and what it answered.
type Failure = (&'static str, io::Error);

/// What of the exec barrier works.
struct Exec {
    listener: Result<(), Failure>,
    tracing: Result<(), Failure>,
    barrier: Result<(), Failure>,
}

/// Tries everything. `shim` is where the shim is expected.
///
/// # Errors
///
/// Where not even a process can be started to try in.
pub fn examine(shim: &Path) -> io::Result<Report> {
    let mount = probe::namespace(Namespace::Mount);
    let network = probe::namespace(Namespace::Network);
    let scope = probe::signal_scope();
    let abi = landlock::abi();
    let exec = exec()?;
    let shim_found =
        if shim.is_file() { Ok(()) } else { Err(("finding tollgate-shim", io::ErrorKind::NotFound.into())) };
    let exec_tier = if exec.barrier.is_ok() { "E1" } else { "E4" };
    let yama = number("/proc/sys/kernel/yama/ptrace_scope");
    let checks = vec![
        check(
            "E1",
            "exec barrier: every program stopped before its first instruction",
            &exec.barrier,
            "programs started by path, and the truth of argv",
            exec_fix(&exec, yama),
        ),
        unused(
            "E2",
            "trap-decide: decided at the new image's first trapped call",
            &exec.listener,
            "used where only ptrace is missing, once it is built",
        ),
        unused(
            "E3",
            "full ptrace: a permanent tracer",
            &exec.tracing,
            "used where only the listener is missing, once it is built",
        ),
        check(
            "E4",
            shim_kind(shim),
            &shim_found,
            "one decision before the exec; the fallback",
            Some(format!("install tollgate-shim at {}", shim.display())).filter(|_| shim_found.is_err()),
        ),
        unused(
            "F1",
            "user and mount namespace: hidden and read-only files",
            &named("unshare", &mount),
            "confinement of files",
        ),
        unused("F2", "Landlock file rules", &landlock_from(abi, 1), "confinement of files"),
        unused("N1", "empty network namespace and a proxy", &named("unshare", &network), "confinement of the network"),
        unused("N2", "Landlock TCP rules", &landlock_from(abi, 4), "confinement of the network"),
        check(
            "S1",
            "Landlock scope: signals and abstract sockets stay inside",
            &named("landlock_restrict_self", &scope),
            "signals to the supervisor are refused by the filter instead",
            Some("Linux 6.12 or later with Landlock enabled (lsm=…,landlock)".to_owned()).filter(|_| scope.is_err()),
        ),
    ];
    Ok(Report {
        kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        uid: nix::unistd::getuid().as_raw(),
        landlock_abi: abi,
        yama_ptrace_scope: yama,
        exec_tier,
        checks,
    })
}

/// Says whether the loader, and so the environment, has a part in the shim.
fn shim_kind(shim: &Path) -> &'static str {
    match Linkage::of(shim) {
        Ok(Linkage::Static) => "shim on PATH, static",
        Ok(Linkage::Dynamic) => "shim on PATH, dynamic: the loader reads LD_PRELOAD and its like",
        Err(_) => "shim on PATH",
    }
}

fn number(path: &str) -> Option<u32> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn named(step: &'static str, result: &io::Result<()>) -> Result<(), Failure> {
    match result {
        Ok(()) => Ok(()),
        Err(error) => Err((step, io::Error::from_raw_os_error(error.raw_os_error().unwrap_or(libc::EIO)))),
    }
}

fn landlock_from(abi: u32, needed: u32) -> Result<(), Failure> {
    if abi >= needed {
        Ok(())
    } else {
        Err(("landlock_create_ruleset", io::Error::from_raw_os_error(libc::EOPNOTSUPP)))
    }
}

fn state(result: &Result<(), Failure>) -> State {
    match result {
        Ok(()) => State::Works,
        Err((step, error)) => State::Fails { step: (*step).to_owned(), error: error.to_string() },
    }
}

fn check(
    tier: &'static str,
    mechanism: &'static str,
    result: &Result<(), Failure>,
    loses: &'static str,
    fix: Option<String>,
) -> Check {
    Check { tier, mechanism, state: state(result), loses, fix }
}

fn unused(tier: &'static str, mechanism: &'static str, result: &Result<(), Failure>, loses: &'static str) -> Check {
    let state = match state(result) {
        State::Works => State::Unused,
        failed @ (State::Fails { .. } | State::Unused) => failed,
    };
    Check { tier, mechanism, state, loses, fix: None }
}

fn exec_fix(exec: &Exec, yama: Option<u32>) -> Option<String> {
    let (step, error) = exec.barrier.as_ref().err()?;
    Some(match (*step, error.raw_os_error(), yama) {
        ("the seccomp filter", Some(libc::EBUSY), _) => {
            "a runtime above holds a seccomp listener already: start tollgate outside of it".to_owned()
        }
        ("the seccomp filter", Some(libc::EINVAL | libc::ENOSYS), _) => {
            "Linux 5.19 or later with CONFIG_SECCOMP_FILTER".to_owned()
        }
        ("ptrace", _, Some(2 | 3)) => "sysctl kernel.yama.ptrace_scope=1".to_owned(),
        ("ptrace", _, _) => {
            "allow ptrace(2): a container needs a seccomp profile that has it, or --cap-add SYS_PTRACE".to_owned()
        }
        _ => "see the errno".to_owned(),
    })
}

/// Takes a program of ours through the whole barrier.
fn exec() -> io::Result<Exec> {
    let (_signals, mask) = Signals::receive(&[])?;
    let files = process::raise_file_limit()?;
    let command = Command::new(Path::new("/proc/self/exe"), &["tollgate", "internal-nothing"], &[] as &[&str])?;
    let agent = Agent { command, terminal: None, mask, files, filter: FilterOptions::default() };
    let (reaper, _) = reap::start(agent, Vec::new())?;
    let (process, ready) = reaper.prepare(Filtered::Yes)?;
    let Ready::Filtered { listener, .. } = ready else {
        let failure = |()| match &ready {
            Ready::Failed { step, errno } => (*step, io::Error::from_raw_os_error(*errno)),
            Ready::Plain { .. } | Ready::Filtered { .. } => {
                ("the seccomp filter", io::Error::from_raw_os_error(libc::EIO))
            }
        };
        return Ok(Exec { listener: Err(failure(())), tracing: Err(failure(())), barrier: Err(failure(())) });
    };
    let tracing = named("ptrace", &barrier::can_trace(process));
    if tracing.is_err() {
        reaper.go(Go::No)?;
        let again = named("ptrace", &barrier::can_trace(process));
        return Ok(Exec { listener: Ok(()), tracing, barrier: again });
    }
    let listener = Listener::new(listener);
    let crossed = std::thread::scope(|scope| {
        let crossing = scope.spawn(|| -> io::Result<()> {
            loop {
                let Some(call) = listener.receive()? else { return Err(io::ErrorKind::UnexpectedEof.into()) };
                match barrier::cross(&listener, &call)? {
                    Passage::Held(held) => {
                        held.release();
                        return Ok(());
                    }
                    Passage::NotAnExec => {}
                    Passage::Traced(error) => return Err(error),
                }
            }
        });
        reaper.go(Go::Yes)?;
        crossing.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    });
    let ended = match reaper.report()? {
        Heard::Ended(0) => Ok(()),
        Heard::Ended(_) | Heard::Stopped(_) | Heard::Empty { .. } | Heard::Lost => {
            Err(io::Error::from_raw_os_error(libc::EPROTO))
        }
    };
    Ok(Exec { listener: Ok(()), tracing, barrier: named("the exec barrier", &crossed.and(ended)) })
}
