//! ptrace(2), one operation a function. A tracee belongs to the thread that seized it.

use std::io;

/// What a tracee's stop means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The new image is complete and has not run (`PTRACE_EVENT_EXEC`).
    Exec(i32),
    /// The interruption that was asked for, or a job control stop (`PTRACE_EVENT_STOP`).
    Interrupted(i32),
    /// A signal is about to be delivered.
    Signal(i32, i32),
    /// It enters or leaves a system call.
    Call(i32),
    /// Another event.
    Other(i32),
    /// It is gone.
    Gone,
}

fn request(kind: libc::c_uint, thread: i32, address: u64, data: u64) -> io::Result<libc::c_long> {
    // SAFETY: only used with requests whose `data` is a number, or points to memory that the caller
    // of this function keeps alive; a wrong thread answers ESRCH.
    let result = unsafe { libc::ptrace(kind, thread, address, data) };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Becomes the tracer of `thread` without stopping it; should this process die, so does the tracee.
pub(super) fn seize(thread: i32) -> io::Result<()> {
    let options = libc::PTRACE_O_TRACEEXEC | libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACESYSGOOD;
    request(libc::PTRACE_SEIZE, thread, 0, u64::from(options.cast_unsigned())).map(drop)
}

pub(super) fn interrupt(thread: i32) -> io::Result<()> {
    request(libc::PTRACE_INTERRUPT, thread, 0, 0).map(drop)
}

pub(super) fn resume(thread: i32, signal: i32) -> io::Result<()> {
    request(libc::PTRACE_CONT, thread, 0, u64::from(signal.cast_unsigned())).map(drop)
}

/// Resumes up to the next border of a system call.
pub(super) fn resume_to_call(thread: i32, signal: i32) -> io::Result<()> {
    request(libc::PTRACE_SYSCALL, thread, 0, u64::from(signal.cast_unsigned())).map(drop)
}

/// A system call that a tracee enters.
pub(super) struct Call {
    pub(super) arch: u32,
    pub(super) number: u64,
    pub(super) arguments: [u64; 6],
}

/// Returns the call that a tracee enters; nothing where it leaves one. Linux 5.3.
pub(super) fn entered(thread: i32) -> io::Result<Option<Call>> {
    // `struct ptrace_syscall_info`, linux/ptrace.h, up to its longest variant: operation and arch in the
    // first word, two addresses, the number, six arguments, two words of others.
    let mut info = [0_u64; 12];
    let size = u64::try_from(size_of_val(&info)).unwrap_or_default();
    request(libc::PTRACE_GET_SYSCALL_INFO, thread, size, (&raw mut info) as u64)?;
    let [first, _, _, number, arguments @ .., _, _] = info;
    let entry = first & 0xff == u64::from(libc::PTRACE_SYSCALL_INFO_ENTRY);
    Ok(entry.then(|| Call { arch: u32::try_from(first >> 32).unwrap_or_default(), number, arguments }))
}

/// Lets the tracee go. One that died meanwhile stays a zombie until its tracer has waited for it.
pub(super) fn detach(thread: i32) {
    while request(libc::PTRACE_DETACH, thread, 0, 0).is_err() {
        match wait_for(thread) {
            Stop::Gone => return,
            Stop::Exec(_) | Stop::Interrupted(_) | Stop::Signal(..) | Stop::Call(_) | Stop::Other(_) => {}
        }
    }
}

/// Waits for the next stop of a tracee of this thread.
pub(super) fn wait_any() -> Stop {
    wait_for(-1)
}

pub(super) fn wait_for(thread: i32) -> Stop {
    loop {
        let mut status = 0;
        // Only this thread's tracees: the process's own children belong to other waiters.
        // SAFETY: `status` is a valid place for the status.
        let found = unsafe { libc::waitpid(thread, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
        if found < 0 {
            if io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) {
                continue;
            }
            return Stop::Gone;
        }
        if !libc::WIFSTOPPED(status) {
            return Stop::Gone;
        }
        return match status >> 16 {
            libc::PTRACE_EVENT_EXEC => Stop::Exec(found),
            libc::PTRACE_EVENT_STOP => Stop::Interrupted(found),
            0 if libc::WSTOPSIG(status) == libc::SIGTRAP | 0x80 => Stop::Call(found),
            0 => Stop::Signal(found, libc::WSTOPSIG(status)),
            _ => Stop::Other(found),
        };
    }
}

pub(super) fn registers(thread: i32) -> io::Result<libc::user_regs_struct> {
    // SAFETY: the struct is plain numbers; all zeroes is a value of it.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    request(libc::PTRACE_GETREGS, thread, 0, (&raw mut registers) as u64)?;
    Ok(registers)
}

/// Reads one word. The C library's wrapper returns it, so that -1 is only an error with errno set.
fn peek(thread: i32, address: u64) -> io::Result<u64> {
    let mut word = 0_u64;
    let length = size_of::<u64>();
    let local = libc::iovec { iov_base: (&raw mut word).cast(), iov_len: length };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: length };
    // SAFETY: `local` describes `word`; `remote` is only read by the kernel, in the other process.
    let read = unsafe { libc::process_vm_readv(thread, &raw const local, 1, &raw const remote, 1, 0) };
    if usize::try_from(read).is_ok_and(|read| read == length) { Ok(word) } else { Err(io::Error::last_os_error()) }
}

/// Writes into the tracee, also where the page is read-only to it.
pub(super) fn poke(thread: i32, address: u64, bytes: &[u8]) -> io::Result<()> {
    let mut at = address;
    for chunk in bytes.chunks(8) {
        let mut word = if chunk.len() == 8 { [0; 8] } else { peek(thread, at)?.to_ne_bytes() };
        for (target, source) in word.iter_mut().zip(chunk) {
            *target = *source;
        }
        request(libc::PTRACE_POKETEXT, thread, at, u64::from_ne_bytes(word))?;
        at = at.checked_add(8).ok_or_else(|| io::Error::from_raw_os_error(libc::EFAULT))?;
    }
    Ok(())
}
