//! Every system call that the standard library does not offer; a safe API that knows no policy.
//!
//! This is the only folder with `unsafe`. Each block is one operation with the argument why it is
//! sound. Machine code and register layouts are in `machine` alone, so that another architecture is
//! one file; those of the shim, which has no library, in `bare` and `alone`.

#![expect(unsafe_code, reason = "system calls")]

mod agent;
pub mod bare;
pub mod barrier;
pub(crate) mod elf;
pub mod filter;
pub mod landlock;
mod machine;
pub mod memory;
pub mod notify;
pub mod probe;
pub mod process;
pub mod procfs;
pub mod reap;
pub(crate) mod script;
pub mod signal;
pub mod socket;
mod stack;
mod trace;
pub mod tty;
pub mod watch;
