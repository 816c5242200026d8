//! The root of the shim where it is a program that stands alone, as `src/lib.rs` is that of the library.
//!
//! `build.rs` compiles it: parts of the library that need neither the standard library nor the C library, and
//! `sys::alone` in their place. It says there why it is not an ordinary target of cargo.

#![no_std]
#![no_main]
#![expect(dead_code, reason = "the library uses more of these files")]

mod door {
    pub(crate) mod shim {
        pub(crate) mod client;
        pub(crate) mod names;
    }
}
mod model {
    pub(crate) mod escape;
    pub(crate) mod exit;
}
mod sys {
    mod alone;
    pub(crate) mod bare;
}

pub(crate) use door::shim::client::run;
