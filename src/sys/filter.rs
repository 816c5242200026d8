//! The seccomp filter of the session, as a classic BPF program.
//!
//! One program serves both system call tables of the machine. See seccomp(2), bpf(4) and
//! `linux/filter.h`. Each rule says in its comment what it stops.

use super::machine::{self, Table};
use libc::{sock_filter, sock_fprog};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

const LOAD: u16 = 0x20;
const JUMP: u16 = 0x05;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_GREATER_EQUAL: u16 = 0x35;
const JUMP_ANY_BIT: u16 = 0x45;
const RETURN: u16 = 0x06;

/// `offsetof(struct seccomp_data, nr)`, `arch` and `args`.
const OFFSET_NUMBER: u32 = 0;
const OFFSET_ARCH: u32 = 4;
const OFFSET_ARGUMENTS: u32 = 16;

/// What the session wants beyond the rules that always hold.
#[derive(Clone, Debug, Default)]
pub struct FilterOptions {
    /// Let debuggers work inside: ptrace(2) stays open.
    pub debug: bool,
    /// Network rules rely on seccomp: io_uring, which connects without the system call, is closed.
    pub network: bool,
    /// The processes to keep signals away from, where Landlock cannot (below ABI 6).
    pub shield: Vec<i32>,
}

/// What a rule does with a system call.
#[derive(Clone, Copy)]
enum Action {
    Notify,
    Errno(i32),
    Allow,
    Kill,
}

impl Action {
    fn code(self) -> u32 {
        match self {
            Self::Notify => libc::SECCOMP_RET_USER_NOTIF,
            // The low 16 bits carry the error, and all of Linux's are below 4096.
            Self::Errno(errno) => libc::SECCOMP_RET_ERRNO | (errno.unsigned_abs() & 0xffff),
            Self::Allow => libc::SECCOMP_RET_ALLOW,
            Self::Kill => libc::SECCOMP_RET_KILL_PROCESS,
        }
    }
}

fn load(offset: u32) -> sock_filter {
    sock_filter { code: LOAD, jt: 0, jf: 0, k: offset }
}

fn low(argument: u32) -> sock_filter {
    load(OFFSET_ARGUMENTS + argument * 8)
}

fn high(argument: u32) -> sock_filter {
    load(OFFSET_ARGUMENTS + argument * 8 + 4)
}

fn jump(code: u16, value: u32, if_true: u8, if_false: u8) -> sock_filter {
    sock_filter { code, jt: if_true, jf: if_false, k: value }
}

fn give(action: Action) -> sock_filter {
    sock_filter { code: RETURN, jt: 0, jf: 0, k: action.code() }
}

/// Appends "if the number is `number`, run `body`". Each path of `body` must end in a return.
fn on(program: &mut Vec<sock_filter>, number: u32, body: &[sock_filter]) {
    let length = u8::try_from(body.len()).unwrap_or(u8::MAX);
    program.push(jump(JUMP_EQUAL, number, 0, length));
    program.extend_from_slice(body);
}

/// Appends the rules of one system call table. The number is in the accumulator.
fn table(program: &mut Vec<sock_filter>, t: &Table, options: &FilterOptions) {
    let eperm = Action::Errno(libc::EPERM);
    // Every program that starts comes to the gate.
    on(program, t.execve, &[give(Action::Notify)]);
    on(program, t.execveat, &[give(Action::Notify)]);
    // When the supervisor dies its listener closes and execve answers ENOSYS; a new listener inside
    // the tree would win over ours. So there is never a second one.
    let new_listener = 1 << 3; // SECCOMP_FILTER_FLAG_NEW_LISTENER
    on(
        program,
        t.seccomp,
        &[low(1), jump(JUMP_ANY_BIT, new_listener, 0, 1), give(Action::Errno(libc::EBUSY)), give(Action::Allow)],
    );
    // Codex hides itself so; every program that it starts afterwards could not be judged. The call
    // answers success and changes nothing.
    on(
        program,
        t.prctl,
        &[
            low(0),
            jump(JUMP_EQUAL, 4, 0, 3), // PR_SET_DUMPABLE
            low(1),
            jump(JUMP_EQUAL, 0, 0, 1),
            give(Action::Errno(0)),
            give(Action::Allow),
        ],
    );
    // A limit on another process: RLIMIT_FSIZE 0 would kill the supervisor at its next record. Landlock
    // does not cover it. Reading limits, and setting one's own, stay open.
    on(
        program,
        t.prlimit64,
        &[
            low(0),
            jump(JUMP_EQUAL, 0, 5, 0),
            low(2),
            jump(JUMP_EQUAL, 0, 0, 2),
            high(2),
            jump(JUMP_EQUAL, 0, 1, 0),
            give(eperm),
            give(Action::Allow),
        ],
    );
    // Writing into an image that was allowed.
    on(program, t.process_vm_writev, &[give(eperm)]);
    if !options.debug {
        on(program, t.ptrace, &[give(eperm)]);
    }
    // Typing into a terminal: TIOCSTI and TIOCLINUX.
    on(
        program,
        t.ioctl,
        &[low(1), jump(JUMP_EQUAL, 0x5412, 1, 0), jump(JUMP_EQUAL, 0x541c, 0, 1), give(eperm), give(Action::Allow)],
    );
    if options.network {
        on(program, t.io_uring_setup, &[give(Action::Errno(libc::ENOSYS))]);
    }
    if !options.shield.is_empty() {
        shield(program, t, &options.shield);
    }
    program.push(give(Action::Allow));
}

/// Appends the rules that keep signals away from `processes`, and -1, which means everybody.
fn shield(program: &mut Vec<sock_filter>, t: &Table, processes: &[i32]) {
    let eperm = Action::Errno(libc::EPERM);
    let guarded = |argument: u32, first: &[sock_filter]| {
        let mut body = first.to_vec();
        body.push(low(argument));
        let targets: Vec<i32> = processes.iter().flat_map(|pid| [*pid, -*pid]).chain([-1]).collect();
        for (index, target) in targets.iter().enumerate() {
            let to_refusal = u8::try_from(targets.len() - index).unwrap_or(u8::MAX);
            body.push(jump(JUMP_EQUAL, target.cast_unsigned(), to_refusal, 0));
        }
        body.push(give(Action::Allow));
        body.push(give(eperm));
        body
    };
    for number in [t.kill, t.tkill, t.tgkill, t.rt_sigqueueinfo, t.rt_tgsigqueueinfo, t.pidfd_open] {
        on(program, number, &guarded(0, &[]));
    }
    for number in t.fcntl.iter().copied() {
        // F_SETOWN names the receiver; F_SETOWN_EX hides it behind a pointer and is refused.
        let mut body = vec![low(1), jump(JUMP_EQUAL, 15, 0, 1), give(eperm), jump(JUMP_EQUAL, 8, 1, 0)];
        body.push(give(Action::Allow));
        body.extend(guarded(2, &[]));
        on(program, number, &body);
    }
}

/// Builds the program: both tables of the machine, everything else closed.
#[must_use]
pub fn program(options: &FilterOptions) -> Vec<sock_filter> {
    let mut out = vec![load(OFFSET_ARCH)];
    for (arch, t) in machine::TABLES {
        let mut body = vec![load(OFFSET_NUMBER)];
        if let Some(limit) = t.foreign_from {
            // The x32 ABI shares the arch value and has its own numbers.
            body.push(jump(JUMP_GREATER_EQUAL, limit, 0, 1));
            body.push(give(Action::Errno(libc::ENOSYS)));
        }
        table(&mut body, t, options);
        // The body may be longer than a conditional jump reaches.
        out.push(jump(JUMP_EQUAL, *arch, 1, 0));
        out.push(sock_filter { code: JUMP, jt: 0, jf: 0, k: u32::try_from(body.len()).unwrap_or(u32::MAX) });
        out.append(&mut body);
    }
    out.push(give(Action::Kill));
    out
}

/// Installs the program on the calling thread and returns the listener.
///
/// The caller must have no_new_privs set, or CAP_SYS_ADMIN. See seccomp(2), SECCOMP_SET_MODE_FILTER.
///
/// # Errors
///
/// The errno of seccomp(2): EBUSY where a listener exists already, EINVAL below Linux 5.19.
pub fn install(program: &[sock_filter]) -> io::Result<OwnedFd> {
    let length = u16::try_from(program.len()).map_err(|_| io::Error::from_raw_os_error(libc::E2BIG))?;
    let description = sock_fprog { len: length, filter: program.as_ptr().cast_mut() };
    let new_listener: libc::c_long = 1 << 3;
    // Without it a caller with a short timer never gets its exec done. Linux 5.19.
    let wait_killable: libc::c_long = 1 << 5;
    // SAFETY: `description` points to `program`, which lives over the call; the kernel copies it.
    let result = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::c_long::from(libc::SECCOMP_SET_MODE_FILTER),
            new_listener | wait_killable,
            &raw const description,
        )
    };
    let fd = i32::try_from(result).map_err(|_| io::Error::last_os_error())?;
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel just returned this descriptor to us and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the program as the kernel would, over one `struct seccomp_data`.
    fn verdict(options: &FilterOptions, arch: u32, number: u32, arguments: [u64; 6]) -> u32 {
        let program = program(options);
        let word = |offset: u32| match offset {
            OFFSET_NUMBER => number,
            OFFSET_ARCH => arch,
            other => {
                let index = usize::try_from((other - OFFSET_ARGUMENTS) / 8).unwrap();
                let value = arguments[index];
                u32::try_from(if (other - OFFSET_ARGUMENTS).is_multiple_of(8) {
                    value & 0xffff_ffff
                } else {
                    value >> 32
                })
                .unwrap()
            }
        };
        let (mut at, mut accumulator) = (0_usize, 0_u32);
        loop {
            let step = program[at];
            at += 1;
            let taken = match step.code {
                LOAD => {
                    accumulator = word(step.k);
                    continue;
                }
                RETURN => return step.k,
                JUMP => {
                    at += usize::try_from(step.k).unwrap();
                    continue;
                }
                JUMP_EQUAL => accumulator == step.k,
                JUMP_GREATER_EQUAL => accumulator >= step.k,
                JUMP_ANY_BIT => accumulator & step.k != 0,
                other => panic!("code {other:#x}"),
            };
            at += usize::from(if taken { step.jt } else { step.jf });
        }
    }

    const NATIVE: u32 = 0xc000_003e;
    const COMPAT: u32 = 0x4000_0003;
    const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
    const EPERM: u32 = libc::SECCOMP_RET_ERRNO | 1;

    #[test]
    fn both_tables_notify_and_other_architectures_are_killed() {
        let options = FilterOptions::default();
        for (arch, number) in [(NATIVE, 59), (NATIVE, 322), (COMPAT, 11), (COMPAT, 358)] {
            assert_eq!(verdict(&options, arch, number, [0; 6]), libc::SECCOMP_RET_USER_NOTIF);
        }
        assert_eq!(verdict(&options, 0xc000_00b7, 59, [0; 6]), libc::SECCOMP_RET_KILL_PROCESS);
        assert_eq!(verdict(&options, NATIVE, 0x4000_0208, [0; 6]), libc::SECCOMP_RET_ERRNO | 38);
        assert_eq!(verdict(&options, NATIVE, 0, [0; 6]), ALLOW);
    }

    #[test]
    fn a_second_listener_is_refused_and_plain_filters_are_not() {
        let options = FilterOptions::default();
        let busy = libc::SECCOMP_RET_ERRNO | 16;
        assert_eq!(verdict(&options, NATIVE, 317, [1, 1 << 3, 0, 0, 0, 0]), busy);
        assert_eq!(verdict(&options, COMPAT, 354, [1, (1 << 3) | 1, 0, 0, 0, 0]), busy);
        assert_eq!(verdict(&options, NATIVE, 317, [1, 1, 0, 0, 0, 0]), ALLOW);
    }

    #[test]
    fn limits_of_others_are_refused_whatever_the_pointer() {
        let options = FilterOptions::default();
        assert_eq!(verdict(&options, NATIVE, 302, [0, 1, 0xdead, 0, 0, 0]), ALLOW);
        assert_eq!(verdict(&options, NATIVE, 302, [77, 1, 0, 0xbeef, 0, 0]), ALLOW);
        assert_eq!(verdict(&options, NATIVE, 302, [77, 1, 0xdead, 0, 0, 0]), EPERM);
        // A pointer whose low half is zero is still a pointer.
        assert_eq!(verdict(&options, NATIVE, 302, [77, 1, 1 << 32, 0, 0, 0]), EPERM);
    }

    #[test]
    fn dumpable_stays_and_terminals_cannot_be_typed_into() {
        let options = FilterOptions::default();
        assert_eq!(verdict(&options, NATIVE, 157, [4, 0, 0, 0, 0, 0]), libc::SECCOMP_RET_ERRNO);
        assert_eq!(verdict(&options, NATIVE, 157, [4, 1, 0, 0, 0, 0]), ALLOW);
        assert_eq!(verdict(&options, NATIVE, 157, [15, 0, 0, 0, 0, 0]), ALLOW);
        assert_eq!(verdict(&options, NATIVE, 16, [0, 0x5412, 0, 0, 0, 0]), EPERM);
        assert_eq!(verdict(&options, NATIVE, 16, [0, 0x541c, 0, 0, 0, 0]), EPERM);
        assert_eq!(verdict(&options, COMPAT, 54, [0, 0x5412, 0, 0, 0, 0]), EPERM);
        assert_eq!(verdict(&options, NATIVE, 16, [0, 0x5413, 0, 0, 0, 0]), ALLOW);
    }

    #[test]
    fn options_open_and_close_what_they_name() {
        let closed = FilterOptions { network: true, shield: vec![500], ..FilterOptions::default() };
        let open = FilterOptions { debug: true, ..FilterOptions::default() };
        assert_eq!(verdict(&closed, NATIVE, 101, [0; 6]), EPERM);
        assert_eq!(verdict(&open, NATIVE, 101, [0; 6]), ALLOW);
        assert_eq!(verdict(&closed, NATIVE, 425, [0; 6]), libc::SECCOMP_RET_ERRNO | 38);
        assert_eq!(verdict(&open, NATIVE, 425, [0; 6]), ALLOW);
        let minus = |pid: i32| u64::from((-pid).cast_unsigned());
        for target in [500, minus(500), minus(1)] {
            assert_eq!(verdict(&closed, NATIVE, 62, [target, 9, 0, 0, 0, 0]), EPERM);
            assert_eq!(verdict(&closed, NATIVE, 72, [0, 8, target, 0, 0, 0]), EPERM);
        }
        assert_eq!(verdict(&closed, NATIVE, 62, [501, 9, 0, 0, 0, 0]), ALLOW);
        assert_eq!(verdict(&closed, NATIVE, 72, [0, 8, 501, 0, 0, 0]), ALLOW);
        assert_eq!(verdict(&closed, NATIVE, 72, [0, 15, 0, 0, 0, 0]), EPERM);
        assert_eq!(verdict(&closed, NATIVE, 72, [0, 1, 500, 0, 0, 0]), ALLOW);
        assert_eq!(verdict(&open, NATIVE, 62, [500, 9, 0, 0, 0, 0]), ALLOW);
    }
}
