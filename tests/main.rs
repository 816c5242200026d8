//! End-to-end tests: the built `tollgate` over real programs, from outside.
//!
//! [`e2e`] has one file per topic and one harness. Every wait is for an event and has a generous
//! deadline; nothing measures time. A test that needs a program which is not installed prints
//! `skipped: …`, and fails where TOLLGATE_TEST_ALL=1 is set.

#![expect(clippy::disallowed_methods, reason = "these tests start programs")]

#[cfg(test)]
mod e2e;
