//! How requests arrive.
//!
//! The kernel door sees every exec of the tree and cannot be raced. The shim sees what is looked up on
//! PATH, before it is executed. Both ask one gate; what the shim was allowed, the kernel door confirms
//! ([`Announced`]) instead of deciding twice.

mod announced;
pub mod kernel;
mod outcomes;
pub mod shim;

pub use announced::Announced;
pub use outcomes::Outcomes;
