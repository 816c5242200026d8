//! What is probably not meant in a policy, though it loads.
//!
//! | to change | open |
//! |---|---|
//! | a code, its level | `codes.rs` |
//! | which rule hides which | `shadow.rs`, `covers.rs` |
//! | what a pattern matches, or cannot | `pattern.rs`, `regular.rs` |
//! | what a rule should say besides | `words.rs` |

mod codes;
mod covers;
mod pattern;
#[cfg(test)]
mod properties;
mod regular;
mod run;
mod shadow;
#[cfg(test)]
mod tests;
mod words;

pub use codes::{CODES, Code, Level};
pub use run::{Finding, lint};
