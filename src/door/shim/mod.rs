//! The shim door: commands that are looked up on PATH.
//!
//! A folder of the session, first on PATH, holds a link to `tollgate-shim` under the name of each
//! program that a rule asks about or denies, and of the shells. The [`client`] asks over the session's
//! socket, then becomes the real program; the [`server`] answers from the gate.

pub mod client;
pub mod server;
mod wire;

/// The variable that tells the shim where the session's folder is.
pub const SESSION_VARIABLE: &str = "TOLLGATE_SESSION";
/// The name of the socket in the session's folder.
pub const SOCKET: &str = "gate";
/// The name of the folder of links in the session's folder.
pub const LINKS: &str = "bin";
/// A file in the session's folder that is there while the kernel door is on: then a shim that cannot
/// reach the gate may go on, because the kernel door decides.
pub const KERNEL_MARK: &str = "kernel";
