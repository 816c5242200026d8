//! Landlock, so far as every session uses it: signals and abstract sockets stay inside.
//!
//! Any Landlock domain also keeps its processes from tracing those outside, from their memory and
//! their descriptors. See landlock(7), ptrace restrictions and IPC scoping.

use landlock::{CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope};
use std::io;

/// Puts this process, and all it starts, into a domain with scoped signals and abstract sockets.
///
/// Says whether the kernel can (ABI 6, Linux 6.12).
///
/// # Errors
///
/// A failure of a kernel that can.
pub fn scope() -> io::Result<bool> {
    let made = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .scope(Scope::Signal | Scope::AbstractUnixSocket)
        .and_then(Ruleset::create);
    let Ok(ruleset) = made else { return Ok(false) };
    let status = ruleset.restrict_self().map_err(io::Error::other)?;
    Ok(status.ruleset == RulesetStatus::FullyEnforced)
}

/// Returns the Landlock ABI of the running kernel, 0 where there is none.
///
/// See landlock_create_ruleset(2), LANDLOCK_CREATE_RULESET_VERSION.
#[must_use]
pub fn abi() -> u32 {
    let no_attributes: *const libc::c_void = std::ptr::null();
    // SAFETY: with the version flag the kernel reads neither pointer nor size.
    let result = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, no_attributes, 0_usize, 1_u32) };
    u32::try_from(result).unwrap_or(0)
}
