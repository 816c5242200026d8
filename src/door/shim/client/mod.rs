//! The shim itself: asks, then becomes the real program or says why not.
//!
//! It stands in for every program that a rule names, so it does as little as it can. Nothing in this folder
//! uses the standard library or takes memory; `src/shim.rs` is made of it.

mod ask;
mod message;
mod place;
mod search;
mod shim;

pub use shim::run;
