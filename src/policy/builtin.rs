//! The policies that are compiled in.

/// The policy that holds where there is no other: commented for people who see one for the first time.
const STARTER: &str = include_str!("builtin/starter.yaml");

/// What a developer's own session needs and what it must not do, said by effects.
const DEV_STANDARD: &str = include_str!("builtin/dev-standard.yaml");

/// For continuous integration: nobody answers.
const CI: &str = include_str!("builtin/ci.yaml");

/// No network, no inline code; deleting is asked.
const STRICT: &str = include_str!("builtin/strict.yaml");

/// For an agent that works alone: nothing asks.
const AUTONOMOUS: &str = include_str!("builtin/autonomous.yaml");

/// Records everything and decides nothing.
const OBSERVE: &str = include_str!("builtin/observe.yaml");

/// Every built-in policy with its major version. A version that was shipped stays as it is in meaning:
/// what makes one stricter or looser gets the next number and stands beside it.
const ALL: [(&str, u32, &str); 6] = [
    ("autonomous", 1, AUTONOMOUS),
    ("ci", 1, CI),
    ("dev-standard", 1, DEV_STANDARD),
    ("observe", 1, OBSERVE),
    ("starter", 1, STARTER),
    ("strict", 1, STRICT),
];

/// Returns the text of a built-in policy: of `NAME@MAJOR`, or of the newest of `NAME`.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    let (name, wanted) = match name.split_once('@') {
        Some((name, major)) => (name, Some(major.parse::<u32>().ok()?)),
        None => (name, None),
    };
    let found = ALL.iter().filter(|(known, major, _)| *known == name && wanted.is_none_or(|wanted| wanted == *major));
    found.max_by_key(|(_, major, _)| *major).map(|(_, _, text)| *text)
}

/// Returns the names and major versions of all of them.
pub fn list() -> impl Iterator<Item = (&'static str, u32)> {
    ALL.iter().map(|(name, major, _)| (*name, *major))
}
