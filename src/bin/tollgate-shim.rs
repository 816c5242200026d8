//! The shim. `build.rs` says which it is: a program that stands alone, which is linked in whole and of which
//! nothing is written here (`src/shim.rs`), or an ordinary program with the same code from the library.
#![cfg_attr(static_shim, no_main)]

#[cfg(not(static_shim))]
fn main() -> std::process::ExitCode {
    tollgate::door::shim::dynamic::main()
}
