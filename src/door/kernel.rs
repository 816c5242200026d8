//! The kernel door: a pool of workers at the listener, each with one exec at the barrier.

use super::announced::{Announced, Form};
use super::outcomes::Outcomes;
use crate::gate::{Gate, Hold, Reply};
use crate::model::{Door, FileId, ProcessId, ProgramFile, Request, Seq, Truth, exit};
use crate::sys::barrier::{self, Held, Passage};
use crate::sys::elf::Linkage;
use crate::sys::notify::{Listener, Notification};
use crate::sys::procfs::{self, Image};
use crate::sys::{memory, process, watch};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most execs that are held at once; beyond it a call is refused. Each is a thread.
const WORKERS: usize = 256;
/// Workers at the start: more are added when none is idle.
const FIRST_WORKERS: usize = 2;
/// Said where there is no descriptor left by which a program could be followed.
const UNFOLLOWED: &[u8] = b"tollgate: refused, because the program cannot be followed to its end\n";
/// A worker's stack: the deepest it goes is a regular expression.
const STACK_BYTES: usize = 512 * 1024;

/// Our own shim: its exec asks by itself and is no decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShimFile {
    device: u64,
    inode: u64,
    size: u64,
    modified_ns: i128,
    changed_ns: i128,
    linkage: Linkage,
}

impl ShimFile {
    /// Remembers the shim as it is now. Should its content change later, its inode's time does too, and
    /// it is then a program like any other.
    #[must_use]
    pub fn of(image: &Image) -> Self {
        let Image { device, inode, size, modified_ns, changed_ns, .. } = *image;
        // What cannot be looked at has a loader, for which more is asked.
        let linkage = Linkage::of(&image.path).unwrap_or(Linkage::Dynamic);
        Self { device, inode, size, modified_ns, changed_ns, linkage }
    }

    fn is(&self, image: &Image) -> bool {
        self.device == image.device
            && self.inode == image.inode
            && self.size == image.size
            && self.modified_ns == image.modified_ns
            && self.changed_ns == image.changed_ns
    }
}

/// What all workers share.
#[derive(Debug)]
pub struct KernelDoor {
    listener: Listener,
    gate: Arc<Gate>,
    announced: Arc<Announced>,
    outcomes: Arc<Outcomes>,
    shim: Option<ShimFile>,
    workers: AtomicUsize,
    idle: AtomicUsize,
}

impl KernelDoor {
    /// Puts the door together; nothing is received before [`KernelDoor::open`].
    #[must_use]
    pub fn new(
        listener: Listener,
        gate: Arc<Gate>,
        announced: Arc<Announced>,
        outcomes: Arc<Outcomes>,
        shim: Option<ShimFile>,
    ) -> Arc<Self> {
        let (workers, idle) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { listener, gate, announced, outcomes, shim, workers, idle })
    }

    /// Starts the first workers.
    ///
    /// # Errors
    ///
    /// Those of clone(2).
    pub fn open(self: &Arc<Self>) -> io::Result<()> {
        (0..FIRST_WORKERS).try_for_each(|_| self.hire())
    }

    fn hire(self: &Arc<Self>) -> io::Result<()> {
        let door = Arc::clone(self);
        self.workers.fetch_add(1, Ordering::SeqCst);
        // Counted as idle from now on, so that two calls at once do not hire for each other.
        self.idle.fetch_add(1, Ordering::SeqCst);
        let started =
            std::thread::Builder::new().name("barrier".to_owned()).stack_size(STACK_BYTES).spawn(move || door.work());
        if started.is_err() {
            self.workers.fetch_sub(1, Ordering::SeqCst);
            self.idle.fetch_sub(1, Ordering::SeqCst);
        }
        started.map(drop)
    }

    fn work(self: Arc<Self>) {
        loop {
            let call = match self.listener.receive() {
                Ok(Some(call)) => call,
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(%error, "the listener failed; nothing more can start");
                    return;
                }
            };
            let _passing = self.gate.enter();
            let left = self.idle.fetch_sub(1, Ordering::SeqCst) - 1;
            let is_overloaded = left == 0 && (self.workers.load(Ordering::SeqCst) >= WORKERS || self.hire().is_err());
            if is_overloaded {
                // Nobody is left to receive: this worker must not be held by a question.
                self.turn_away(&call, "too many programs are held at once");
            } else {
                self.handle(&call);
            }
            self.idle.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn handle(&self, call: &Notification) {
        if call.is_check_only() {
            self.listener.proceed(call).ok();
            return;
        }
        match barrier::cross(&self.listener, call) {
            Ok(Passage::Held(held)) => self.judge(held),
            Ok(Passage::NotAnExec) => {}
            Ok(Passage::Traced(error)) => self.judge_traced(call, &error),
            Err(error) => {
                tracing::warn!(%error, "the barrier failed");
                self.turn_away(call, "the exec barrier failed");
            }
        }
    }

    /// Judges an image that is complete and has not run.
    fn judge(&self, held: Held) {
        let process = ProcessId(held.process());
        let hold = match HeldProcess::of(process) {
            Ok(hold) => hold,
            // Gone already; dropping what is held collects it.
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return,
            Err(error) => {
                let fault = format!("the program cannot be followed to its end ({error})");
                return match self.gate.refuse(&unreadable(process), &fault) {
                    Reply::Refuse(refusal) => held.refuse(refusal.text.as_bytes(), refusal.status),
                    // Observing lets run what can be followed; dropping what is held kills it.
                    Reply::Permit(_) => drop(held),
                };
            }
        };
        let request = match self.describe(&held, &hold) {
            Ok(Described::Shim) => return held.release(),
            Ok(Described::PreloadedShim(request)) => {
                let reply = self.gate.record_only(&request);
                return self.carry_out(reply, held, hold);
            }
            Ok(Described::Program(request)) => request,
            Err(_) if hold.gave_up() => return,
            Err(error) => {
                // An execute-only file: nothing can be judged that cannot be read.
                let fault = format!("the program cannot be inspected ({error})");
                let reply = self.gate.refuse(&unreadable(process), &fault);
                return self.carry_out(reply, held, hold);
            }
        };
        // What the shim was allowed is followed since then.
        let reply = match self.announced.confirm(&request).map(|confirmed| confirmed.form) {
            Some(Form::Program) => return held.release(),
            Some(Form::Script) => match self.gate.decide_unless_allowed(&request, &hold) {
                Some(reply) => reply,
                None => return held.release(),
            },
            None => self.gate.decide(&request, &hold),
        };
        self.carry_out(reply, held, hold);
    }

    fn carry_out(&self, reply: Reply, held: Held, hold: HeldProcess) {
        match reply {
            Reply::Permit(permit) => self.let_run(held, hold, permit.seq()),
            Reply::Refuse(refusal) => held.refuse(refusal.text.as_bytes(), refusal.status),
        }
    }

    fn let_run(&self, held: Held, hold: HeldProcess, seq: Seq) {
        match self.outcomes.follow(hold.process, hold.descriptor, seq) {
            Ok(replaced) => {
                held.release();
                if let Some(replaced) = replaced {
                    self.outcomes.record_replaced(&replaced);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a program cannot be followed");
                held.refuse(UNFOLLOWED, exit::REFUSED);
            }
        }
    }

    fn describe(&self, held: &Held, hold: &HeldProcess) -> io::Result<Described> {
        let process = hold.process;
        let image = procfs::image(process.0)?;
        let shim = self.shim.filter(|shim| shim.is(&image));
        if let Some(shim) = shim
            && (shim.linkage == Linkage::Static || !is_preloaded(process)?)
        {
            return Ok(Described::Shim);
        }
        let start = held.start()?;
        let environment =
            if self.gate.policy().reads_environment() { procfs::environment(process.0)? } else { Vec::new() };
        let request = Request {
            door: Door::Kernel,
            truth: Truth::Verified,
            process,
            parent: ProcessId(
                watch::parent(hold.descriptor.as_fd()).or_else(|| procfs::parent(process.0)).unwrap_or(0),
            ),
            program: program_file(image),
            named: start.named,
            argv: start.argv,
            cwd: procfs::directory(process.0)?,
            environment,
        };
        Ok(if shim.is_some() { Described::PreloadedShim(request) } else { Described::Program(request) })
    }

    /// Judges a caller that a debugger of the session controls. What it says can change before the
    /// kernel reads it, so only a policy that allows debugging lets it pass, and the record says so.
    fn judge_traced(&self, call: &Notification, error: &io::Error) {
        if !self.gate.judges_unverified() {
            return self.turn_away(
                call,
                &format!("its caller is traced, so that what runs cannot be verified ({error}); `debug: true` in the policy allows it"),
            );
        }
        let request = match claimed(call) {
            Ok(request) => request,
            Err(_) => return self.turn_away(call, "its arguments cannot be read"),
        };
        let Ok(hold) = HeldProcess::of(request.process) else { return self.fail(call, UNFOLLOWED) };
        let reply = self.gate.decide(&request, &hold);
        self.answer(reply, call, hold);
    }

    /// Carries out a reply to a call that still waits at its entry.
    fn answer(&self, reply: Reply, call: &Notification, hold: HeldProcess) {
        match reply {
            Reply::Permit(permit) => {
                let followed = self.outcomes.follow(hold.process, hold.descriptor, permit.seq());
                self.listener.proceed(call).ok();
                match followed {
                    Ok(Some(replaced)) => self.outcomes.record_replaced(&replaced),
                    Ok(None) => {}
                    Err(error) => tracing::warn!(%error, "a program cannot be followed"),
                }
            }
            Reply::Refuse(refusal) => self.fail(call, refusal.text.as_bytes()),
        }
    }

    /// Refuses a call that never got to the barrier, with a record. Observing lets it go on.
    fn turn_away(&self, call: &Notification, fault: &str) {
        let request = match claimed(call) {
            Ok(request) => request,
            // A search through PATH: the miss is answered without going on, so nothing can appear there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.listener.fail(call, libc::ENOENT).ok();
                return;
            }
            Err(_) => unreadable(ProcessId(call.thread())),
        };
        let Ok(hold) = HeldProcess::of(request.process) else { return self.fail(call, UNFOLLOWED) };
        let reply = self.gate.refuse(&request, fault);
        self.answer(reply, call, hold);
    }

    /// Makes execve fail, and tells why on the caller's own standard error where that takes it at once.
    fn fail(&self, call: &Notification, text: &[u8]) {
        let process = procfs::process_of(call.thread()).unwrap_or_else(|| call.thread());
        let own = process::open_process(process).and_then(|fd| process::standard_error(fd.as_fd()));
        // The number could be another process's by now; what was opened while the call waits is not.
        if let Ok(own) = own
            && self.listener.is_valid(call)
        {
            process::write_at_once(&own, text).ok();
        }
        self.listener.fail(call, libc::EACCES).ok();
    }
}

enum Described {
    /// Our shim: it asks by itself.
    Shim,
    /// Our shim with somebody else's code in it, where it has a loader: it asks by itself, and that it ran is
    /// recorded.
    PreloadedShim(Request),
    Program(Request),
}

/// Says whether the loader would put somebody else's code into the program (ld.so(8)).
fn is_preloaded(process: ProcessId) -> io::Result<bool> {
    use std::os::unix::ffi::OsStrExt;
    let environment = procfs::environment(process.0)?;
    Ok(environment.iter().any(|item| item.as_bytes().starts_with(b"LD_") || item.as_bytes().starts_with(b"GLIBC_")))
}

fn program_file(image: Image) -> ProgramFile {
    let id = FileId { device: image.device, inode: image.inode };
    ProgramFile { path: image.path, id, size: image.size, changed_ns: image.changed_ns }
}

/// Returns a request of which only the process is known.
fn unreadable(process: ProcessId) -> Request {
    Request {
        door: Door::Kernel,
        truth: Truth::Unverified,
        process,
        parent: ProcessId(procfs::parent(process.0).unwrap_or(0)),
        program: ProgramFile {
            path: PathBuf::from("(unreadable)"),
            id: FileId { device: 0, inode: 0 },
            size: 0,
            changed_ns: 0,
        },
        named: None,
        argv: procfs::arguments(process.0).unwrap_or_default(),
        cwd: procfs::directory(process.0).unwrap_or_default(),
        environment: Vec::new(),
    }
}

/// Returns what a caller says that it wants to run.
fn claimed(call: &Notification) -> io::Result<Request> {
    let thread = call.thread();
    let view = call.caller_view().ok_or(io::ErrorKind::Unsupported)?;
    let claim = memory::read_claim(thread, &view)?;
    let path = std::fs::canonicalize(&claim.file).unwrap_or_else(|_| claim.named.clone());
    let image = procfs::image_at(&claim.file, path)?;
    let process = ProcessId(procfs::process_of(thread).unwrap_or(thread));
    Ok(Request {
        door: Door::Kernel,
        truth: Truth::Unverified,
        process,
        parent: ProcessId(procfs::parent(process.0).unwrap_or(0)),
        program: program_file(image),
        named: Some(claim.named),
        argv: claim.argv,
        cwd: procfs::directory(thread)?,
        environment: procfs::environment(thread).unwrap_or_default(),
    })
}

/// The process that is held.
struct HeldProcess {
    process: ProcessId,
    descriptor: OwnedFd,
}

impl HeldProcess {
    fn of(process: ProcessId) -> io::Result<Self> {
        Ok(Self { process, descriptor: process::open_process(process.0)? })
    }
}

impl Hold for HeldProcess {
    fn gave_up(&self) -> bool {
        process::has_ended(self.descriptor.as_fd()) || procfs::has_fatal_signal(self.process.0)
    }
}
