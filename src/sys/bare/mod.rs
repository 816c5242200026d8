//! The few system calls of the shim, without the standard library and without the C library.
//!
//! `src/shim.rs` is made of this, of the shim's own code, and of nothing else.

mod call;
mod errno;
mod machine;
mod start;

pub use call::{Descriptor, PATH_BYTES, connect, end, execute, file_mode, link_target, open_folder, tell};
pub use errno::Errno;
pub use start::Start;
