//! Not yet.
/// Runs the command line.
#[must_use]
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(crate::model::exit::FAILED)
}
