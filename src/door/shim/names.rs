//! What both sides of the shim door call by the same name.

/// The variable that tells the shim where the session's folder is.
pub const SESSION_VARIABLE: &str = "TOLLGATE_SESSION";
/// The name of the socket in the session's folder.
pub const SOCKET: &str = "gate";
/// The name of the folder of links in the session's folder.
pub const LINKS: &str = "bin";
/// A file in the session's folder that is there while the kernel door is on: then a shim that cannot
/// reach the gate may go on, because the kernel door decides.
pub const KERNEL_MARK: &str = "kernel";
/// What the links lead to.
pub const PROGRAM: &str = "tollgate-shim";
