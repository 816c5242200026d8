//! The gate's side of the shim door.

use super::wire::{Answer, Question};
use super::{KERNEL_MARK, LINKS, SOCKET};
use crate::door::announced::{Announced, Expected};
use crate::door::outcomes::Outcomes;
use crate::gate::{Gate, Hold, Reply};
use crate::model::{Door, ProcessId, ProgramFile, Request, Tier, Truth, exit};
use crate::sys::process::open_process;
use crate::sys::procfs;
use crate::sys::socket::{self, Peer};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The session's folder with the links and the socket.
#[derive(Debug)]
pub struct Folder {
    shim: PathBuf,
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, mode 0700. `shim` is what its links lead to.
    ///
    /// # Errors
    ///
    /// Those of mkdir(2).
    pub fn create(shim: PathBuf, path: PathBuf) -> io::Result<Self> {
        if let Some(above) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(above)?;
        }
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        let folder = Self { shim, path };
        fs::DirBuilder::new().mode(0o700).create(folder.links())?;
        Ok(folder)
    }

    /// Returns the folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder for PATH.
    #[must_use]
    pub fn links(&self) -> PathBuf {
        self.path.join(LINKS)
    }

    /// Puts a link to the shim under each name.
    ///
    /// # Errors
    ///
    /// Those of symlink(2).
    pub fn link(&self, names: &[String]) -> io::Result<()> {
        for name in names.iter().filter(|name| !name.is_empty() && !name.contains('/') && *name != "." && *name != "..")
        {
            match symlink(&self.shim, self.links().join(name)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Says to the shims that the kernel door is on.
    ///
    /// # Errors
    ///
    /// Those of open(2).
    pub fn mark_kernel_door(&self) -> io::Result<()> {
        File::create_new(self.path.join(KERNEL_MARK)).map(drop)
    }

    /// Listens for the shims.
    ///
    /// # Errors
    ///
    /// Those of bind(2).
    pub fn listen(&self) -> io::Result<OwnedFd> {
        socket::listen_in(&self.path, SOCKET)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, "the session's folder could not be removed");
        }
    }
}

/// The shim door.
#[derive(Debug)]
pub struct ShimDoor {
    gate: Arc<Gate>,
    announced: Arc<Announced>,
    outcomes: Arc<Outcomes>,
    tier: Tier,
    uid: u32,
    reaper: ProcessId,
}

impl ShimDoor {
    /// Puts the door together. Only processes below `reaper`, of user `uid`, are answered.
    #[must_use]
    pub fn new(
        gate: Arc<Gate>,
        announced: Arc<Announced>,
        outcomes: Arc<Outcomes>,
        tier: Tier,
        uid: u32,
        reaper: ProcessId,
    ) -> Arc<Self> {
        Arc::new(Self { gate, announced, outcomes, tier, uid, reaper })
    }

    /// Answers shims until the process ends.
    ///
    /// # Errors
    ///
    /// Those of accept4(2).
    pub fn serve(self: &Arc<Self>, listener: &OwnedFd) -> io::Result<()> {
        loop {
            let (stream, peer) = socket::accept(listener)?;
            let door = Arc::clone(self);
            // Without a thread the connection closes, which the shim takes as a refusal.
            let started = std::thread::Builder::new().name("shim".to_owned()).spawn(move || door.answer(stream, peer));
            if let Err(error) = started {
                tracing::warn!(%error, "a shim could not be answered");
            }
        }
    }

    fn answer(&self, mut stream: File, peer: Peer) {
        let _passing = self.gate.enter();
        if let Err(error) = self.check(peer).and_then(|()| self.exchange(&mut stream, peer)) {
            tracing::debug!(%error, peer = peer.process, "a shim was not answered");
        }
    }

    fn check(&self, peer: Peer) -> io::Result<()> {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        if peer.user != self.uid {
            return Err(denied());
        }
        let mut process = peer.process;
        // Process trees are shallow; a longer chain is one that changes while we look.
        for _ in 0..1024 {
            if process == self.reaper.0 {
                return Ok(());
            }
            process = procfs::parent(process).filter(|parent| *parent > 1).ok_or_else(denied)?;
        }
        Err(denied())
    }

    fn exchange(&self, stream: &mut File, peer: Peer) -> io::Result<()> {
        let question = Question::read(stream)?;
        let process = ProcessId(peer.process);
        let answer = self.decide(&question, process, stream)?;
        answer.write(stream)
    }

    fn decide(&self, question: &Question, process: ProcessId, stream: &File) -> io::Result<Answer> {
        let path = fs::canonicalize(&question.program)?;
        let metadata = fs::metadata(&path)?;
        let name = Path::new(&question.program).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let real = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let catalog = self.gate.policy().catalog();
        let absolute = catalog.looks_beside_itself(&name) || catalog.looks_beside_itself(&real);
        let request = Request {
            door: Door::Shim,
            truth: Truth::Unverified,
            process,
            parent: ProcessId(procfs::parent(process.0).unwrap_or(0)),
            program: ProgramFile::of(path, &metadata),
            named: Some(PathBuf::from(&question.program)),
            argv: Answer::argv(absolute, question),
            cwd: procfs::directory(process.0)?,
            environment: if self.gate.policy().reads_environment() {
                procfs::environment(process.0)?
            } else {
                Vec::new()
            },
        };
        match self.gate.decide(&request, &Connected(stream)) {
            Reply::Permit(permit) => {
                match self.tier {
                    Tier::Barrier | Tier::TrapDecide | Tier::FullTrace => {
                        self.announced.expect(process, Expected::of(&request, permit.seq()));
                    }
                    Tier::Shim => {}
                }
                // From here on the process runs what was allowed. Should it execute something else, that
                // replaces it; should it end without, that is how it ended.
                if let Some(replaced) = self.outcomes.follow(process, open_process(process.0)?, permit.seq())? {
                    self.outcomes.record_replaced(&replaced);
                }
                Ok(Answer::Allowed { absolute })
            }
            Reply::Refuse(refusal) => {
                debug_assert_eq!(refusal.status, exit::REFUSED);
                Ok(Answer::Denied { status: refusal.status, text: refusal.text.into_bytes() })
            }
        }
    }
}

/// A shim that waits for its answer.
struct Connected<'a>(&'a File);

impl Hold for Connected<'_> {
    fn gave_up(&self) -> bool {
        let mut state = [nix::poll::PollFd::new(self.0.as_fd(), nix::poll::PollFlags::POLLIN)];
        let hung_up = nix::poll::PollFlags::POLLHUP | nix::poll::PollFlags::POLLERR;
        nix::poll::poll(&mut state, nix::poll::PollTimeout::ZERO).is_err()
            || state.first().and_then(nix::poll::PollFd::revents).is_none_or(|events| events.intersects(hung_up))
    }
}
