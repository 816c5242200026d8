//! Reading shell lines, against real bash and against noise: `cargo test --release --test shell -- --ignored`.
//!
//! [`differential`] runs generated lines in bash, where every program is a stub that writes down its name.
//! [`noise`] mutates the lines of `fuzz/seeds` for as long as the environment says. Both start from a seed
//! that they print, and take another from TOLLGATE_FUZZ_SEED.

#![expect(clippy::disallowed_methods, reason = "these tests start bash")]

#[path = "../../fuzz/checks.rs"]
#[cfg(test)]
mod checks;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod grammar;
#[cfg(test)]
mod noise;
#[cfg(test)]
mod random;
