//! How firmly this machine lets the agent be held.

use super::LaunchError;
use super::error::Step;
use super::session::{DoorChoice, Options};
use crate::model::Tier;
use crate::policy::Policy;
use crate::sys::barrier;
use crate::sys::reap::{Filtered, Go, Ready, Reaper};
use std::io;
use std::os::fd::OwnedFd;

/// What holds the agent.
pub(super) struct HeldBy {
    pub(super) tier: Tier,
    pub(super) listener: Option<OwnedFd>,
    /// Why it is not the best tier.
    pub(super) reason: Option<String>,
    /// Whether Landlock keeps signals inside.
    pub(super) scoped: bool,
}

/// Starts the agent up to the point where it would become its program, as firmly held as can be.
pub(super) fn prepare(options: &Options, policy: &Policy, reaper: &Reaper) -> Result<HeldBy, LaunchError> {
    let held = match options.doors {
        DoorChoice::Shim => plain(reaper, "--door shim was given".to_owned())?,
        DoorChoice::Both | DoorChoice::Kernel => {
            let (process, ready) = reaper.prepare(Filtered::Yes).step("preparing the agent")?;
            let failure = match ready {
                Ready::Filtered { listener, scoped } => match barrier::can_trace(process) {
                    Ok(()) => {
                        return Ok(HeldBy { tier: Tier::Barrier, listener: Some(listener), reason: None, scoped });
                    }
                    Err(error) => {
                        reaper.go(Go::No).step("giving up the kernel door")?;
                        format!("the exec barrier cannot be had (ptrace: {error})")
                    }
                },
                Ready::Failed { step, errno } => {
                    let error = io::Error::from_raw_os_error(errno);
                    format!("the exec barrier cannot be had ({step}: {error})")
                }
                Ready::Plain { .. } => "the exec barrier cannot be had".to_owned(),
            };
            // The one that was given up has ended before another is started.
            let report = reaper.report().step("waiting for the reaper")?;
            tracing::debug!(?report, "the filtered agent was given up");
            if options.doors == DoorChoice::Kernel {
                return Err(LaunchError::Tier { tier: Tier::Shim, required: Tier::Barrier, reason: failure });
            }
            plain(reaper, failure)?
        }
    };
    let floors = [options.require, policy.require()];
    match floors.into_iter().flatten().find(|floor| !held.tier.satisfies(*floor)) {
        Some(required) => {
            let reason = held.reason.unwrap_or_else(|| "no more was tried".to_owned());
            Err(LaunchError::Tier { tier: held.tier, required, reason })
        }
        None => Ok(held),
    }
}

fn plain(reaper: &Reaper, reason: String) -> Result<HeldBy, LaunchError> {
    match reaper.prepare(Filtered::No).step("preparing the agent")?.1 {
        Ready::Plain { scoped } => Ok(HeldBy { tier: Tier::Shim, listener: None, reason: Some(reason), scoped }),
        Ready::Filtered { .. } => Err(io::Error::from(io::ErrorKind::InvalidData)).step("preparing the agent"),
        Ready::Failed { step, errno } => Err(io::Error::from_raw_os_error(errno)).step(step),
    }
}
