//! The policies that are compiled in.

/// The policy that holds where there is no other: commented for people who see one for the first time.
const STARTER: &str = include_str!("builtin/starter.yaml");

/// What a developer's own session needs and what it must not do, said by effects.
const DEV_STANDARD: &str = include_str!("builtin/dev-standard.yaml");

/// Returns the text of a built-in policy.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    match name {
        "starter" => Some(STARTER),
        "dev-standard" => Some(DEV_STANDARD),
        _ => None,
    }
}
