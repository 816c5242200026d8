//! The shim; everything is in the library.
fn main() -> std::process::ExitCode {
    tollgate::door::shim::client::main()
}
