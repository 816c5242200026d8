//! One gate in front of everything a coding agent runs.
//!
//! ```text
//!                         doors                     the gate                                   outside
//!   agent ── execve ────▶ kernel ─┐
//!         ── PATH lookup ▶ shim  ─┴─▶ Request ─▶ resolve ─▶ evaluate ─▶ (approve) ─▶ record ─▶ Reply ─▶ run / refuse
//!                                                 │           │            │            │
//!                                               shell/      policy/     approval/     audit/ ──▶ signed JSONL
//! ```
//!
//! | to change | open |
//! |---|---|
//! | what a word means (Request, Decision, Verdict) | `model/` |
//! | a system call, the filter, the barrier | `sys/` |
//! | how a shell line is read | `shell/` |
//! | a key of the policy language, the catalog | `policy/` |
//! | a byte of the record, its verification | `audit/` |
//! | the card that asks a person | `approval/` |
//! | the order decide → record → reply | `gate/` |
//! | how a request arrives | `door/` |
//! | start-up, the terminal, the end of a session | `launch/` |
//! | what a machine can hold | `doctor/` |
//! | a flag, a message | `cli/` |
//!
//! A folder uses what stands above it in this table, never what stands below; `tests/layers.rs`
//! holds that.

pub mod approval;
pub mod audit;
pub mod cli;
pub mod doctor;
pub mod door;
pub mod gate;
pub mod launch;
pub mod model;
pub mod policy;
pub mod shell;
pub mod sys;
