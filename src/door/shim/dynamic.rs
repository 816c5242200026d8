//! The shim as an ordinary program, where it cannot be one that stands alone (see `build.rs`).

use crate::sys::process;
use std::process::ExitCode;

/// Runs the shim. Returns only where the real program did not start.
#[must_use]
pub fn main() -> ExitCode {
    match process::start() {
        Ok(start) => ExitCode::from(super::client::run(&start)),
        Err(error) => {
            crate::sys::bare::tell(format!("tollgate: refused, because the shim cannot start ({error})\n").as_bytes());
            ExitCode::from(crate::model::exit::REFUSED)
        }
    }
}
