//! The exec barrier: a program is stopped when its image is complete and before it has run one
//! instruction.
//!
//! ```text
//! the call waits at its entry          (the filter notifies)
//! SEIZE the caller, then check that it still waits
//! INTERRUPT it before it may go on, so that an execve that fails stops too
//! let it go on: nothing was read from its memory, so there is nothing to race
//! wait for its stop
//!   INTERRUPTED   the execve failed: it is not an exec
//!   EXEC          the new image belongs to itself alone: look at it, decide, then
//!                 release it, or let it say why it may not run, or kill it
//! ```
//!
//! A transaction belongs to one thread from start to end, because ptrace(2) does.

use super::machine;
use super::notify::{Listener, Notification};
use super::stack;
pub use super::stack::Start;
use super::trace::{self, Stop};
use std::io;
use std::marker::PhantomData;

/// How an execve ended at the barrier.
#[derive(Debug)]
pub enum Passage {
    /// The new image is held.
    Held(Held),
    /// The execve failed in the kernel (a search through PATH, mostly), or its caller is gone.
    NotAnExec,
    /// The caller cannot be traced: a debugger inside the session has it. The call still waits.
    Traced(io::Error),
}

/// A program that is complete and has not run. Dropping it kills it.
#[derive(Debug)]
pub struct Held {
    process: i32,
    settled: bool,
    /// ptrace(2) is per thread: neither Send nor Sync.
    thread: PhantomData<*const ()>,
}

/// Takes one call through the barrier.
///
/// # Errors
///
/// A failure of ptrace(2) or of the listener; the caller of execve was refused or killed by then.
pub fn cross(listener: &Listener, call: &Notification) -> io::Result<Passage> {
    let thread = call.thread();
    if let Err(error) = trace::seize(thread) {
        return match error.raw_os_error() {
            Some(libc::ESRCH) => Ok(Passage::NotAnExec),
            _ => Ok(Passage::Traced(error)),
        };
    }
    // The number was good when the call arrived; had the caller died since, it could be another's.
    if !listener.is_valid(call) {
        trace::interrupt(thread).ok();
        trace::wait_any();
        trace::detach(thread);
        return Ok(Passage::NotAnExec);
    }
    if trace::interrupt(thread).is_err() {
        // It died. What is not waited for here would be taken for the next one by this worker.
        trace::detach(thread);
        return Ok(Passage::NotAnExec);
    }
    if let Err(error) = listener.proceed(call) {
        trace::wait_any();
        trace::detach(thread);
        return match error.raw_os_error() {
            Some(libc::ENOENT) => Ok(Passage::NotAnExec),
            _ => Err(error),
        };
    }
    loop {
        match trace::wait_any() {
            Stop::Exec(process) => return Ok(Passage::Held(Held { process, settled: false, thread: PhantomData })),
            Stop::Interrupted(stopped) => {
                trace::detach(stopped);
                return Ok(Passage::NotAnExec);
            }
            Stop::Gone => return Ok(Passage::NotAnExec),
            // One that cannot be resumed was killed meanwhile: its end comes next.
            Stop::Signal(stopped, signal) => drop(trace::resume(stopped, signal)),
            Stop::Call(stopped) | Stop::Other(stopped) => drop(trace::resume(stopped, 0)),
        }
    }
}

impl Held {
    /// Returns the process that the image is.
    #[must_use]
    pub fn process(&self) -> i32 {
        self.process
    }

    /// Returns how the program was started, from its own stack.
    ///
    /// # Errors
    ///
    /// Those of ptrace(2) and process_vm_readv(2).
    pub fn start(&self) -> io::Result<Start> {
        stack::read(self.process, &trace::registers(self.process)?)
    }

    /// Lets the program run.
    pub fn release(mut self) {
        self.settled = true;
        trace::detach(self.process);
    }

    /// Makes the program write `text` to its standard error and end with `status`, and nothing else.
    ///
    /// It stays traced to its end: another program of the user can write into its memory and undo what is
    /// placed there. An image that cannot be written to, or that calls for anything else, is killed.
    pub fn refuse(mut self, text: &[u8], status: u8) {
        let seen_out = self.place_stub(text, status).and_then(|text_at| self.see_out(text_at, text.len()));
        self.settled = matches!(seen_out, Ok(true));
        // Else dropping kills it.
    }

    /// Follows the stub to its end. Says whether nothing but the stub ran.
    fn see_out(&self, text_at: u64, text_bytes: usize) -> io::Result<bool> {
        let mut signal = 0;
        loop {
            if trace::resume_to_call(self.process, signal).is_err()
                && !matches!(trace::wait_for(self.process), Stop::Gone)
            {
                return Ok(false);
            }
            signal = 0;
            match trace::wait_for(self.process) {
                Stop::Gone => return Ok(true),
                Stop::Call(_) => match trace::entered(self.process)? {
                    Some(call) if !machine::is_of_stub(&call, text_at, text_bytes) => return Ok(false),
                    Some(_) | None => {}
                },
                // It would stop in front of its own end, and somebody could change it there.
                Stop::Signal(_, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN) => {}
                // Its terminal does not let it write.
                Stop::Signal(_, libc::SIGTTOU) | Stop::Exec(_) => return Ok(false),
                Stop::Signal(_, other) => signal = other,
                Stop::Interrupted(_) | Stop::Other(_) => {}
            }
        }
    }

    /// Returns where its text stands.
    fn place_stub(&self, text: &[u8], status: u8) -> io::Result<u64> {
        let registers = trace::registers(self.process)?;
        let stub =
            machine::stub(&registers, text.len(), status).ok_or_else(|| io::Error::from_raw_os_error(libc::EFAULT))?;
        trace::poke(self.process, stub.text_at, text)?;
        trace::poke(self.process, stub.entry, &stub.code)?;
        Ok(stub.text_at)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.settled {
            super::process::kill(self.process, libc::SIGKILL).ok();
            trace::detach(self.process);
        }
    }
}

/// Says whether a child that waits for us can be traced: the other half of the barrier.
///
/// # Errors
///
/// EPERM where Yama, a security module or a capability stands against it.
pub fn can_trace(process: i32) -> io::Result<()> {
    trace::seize(process)?;
    trace::interrupt(process)?;
    trace::wait_any();
    trace::detach(process);
    Ok(())
}
