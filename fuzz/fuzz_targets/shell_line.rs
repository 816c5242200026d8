//! Any text is read or unknown, in time: `cargo +nightly fuzz run shell_line`.

#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(line) = std::str::from_utf8(data) {
        checks::shell_line(line);
    }
});
