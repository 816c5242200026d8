//! The shim door: commands that are looked up on PATH.
//!
//! A folder of the session, first on PATH, holds a link to `tollgate-shim` under the name of each
//! program that a rule asks about or denies, and of the shells. The [`client`] asks over the session's
//! socket, then becomes the real program; the [`server`] answers from the gate.
//!
//! Where it can be, the shim is a program of a few kilobytes without a library in it (`src/shim.rs`), so
//! that it starts at once and no loader puts foreign code into it; else [`dynamic`].

pub mod client;
pub mod dynamic;
mod names;
pub mod server;
mod wire;

pub use names::{KERNEL_MARK, LINKS, PROGRAM, SESSION_VARIABLE, SOCKET};
