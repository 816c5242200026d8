//! The policies that are compiled in.

/// The names of the policies.
pub const NAMES: &[&str] = &["starter"];

/// The policy that holds where there is no other: commented for people who see one for the first time.
const STARTER: &str = include_str!("builtin/starter.yaml");

/// Returns the text of a built-in policy.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    (name == "starter").then_some(STARTER)
}
