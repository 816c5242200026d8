//! What people read is true: man pages, README, examples.
//!
//! | file | holds |
//! |---|---|
//! | `commands` | man pages of the commands, the commands in README.md |
//! | `policy` | tollgate-policy(5), `policy-examples/` |
//! | `record` | tollgate-audit(5), over the record of a real session |
//! | `tree` | what no file of the package may say |

#![expect(clippy::disallowed_methods, reason = "these tests start programs")]

#[cfg(test)]
mod commands;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod record;
#[cfg(test)]
mod tree;
