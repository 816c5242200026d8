//! The exit codes, each with its source.

/// Everything went well, or `check` answered allow.
pub const SUCCESS: u8 = 0;
/// `check` answered deny; `audit verify` found a fault.
pub const DENIED: u8 = 1;
/// Something was found: by `policy lint`, `test`, `diff` or `fmt --check`.
pub const FOUND: u8 = 1;
/// `check` answered ask.
pub const ASK: u8 = 2;
/// tollgate itself failed. POSIX.1-2024 `env`, `timeout(1)` of GNU coreutils.
pub const FAILED: u8 = 125;
/// The command was found and refused, or cannot be run. POSIX.1-2024, 2.8.2.
pub const REFUSED: u8 = 126;
/// The command was not found. POSIX.1-2024, 2.8.2.
pub const NOT_FOUND: u8 = 127;

/// Returns the status of a command that a signal ended: 128 + n, as shells report it.
#[must_use]
pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(128_i32.saturating_add(signal)).unwrap_or(u8::MAX)
}
