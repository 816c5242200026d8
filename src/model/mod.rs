//! The words everybody shares. Nothing here reads a file, makes a system call, or prints.
//!
//! A [`Request`] is what was asked, in raw bytes. Resolving it gives a [`Subject`]: every reading of
//! the one program that would run. Judging it gives an [`Evaluation`]: a [`Decision`] and all rules
//! that matched. Settling it (a person, a grant, a fault) gives a [`Verdict`] with its [`Basis`].

mod decision;
pub(crate) mod escape;
pub mod exit;
mod ids;
mod invocation;
mod request;
mod situation;
mod terms;
pub mod text;
mod tier;
mod tool;
mod usage;
mod verdict;

pub use decision::{Decision, Evaluation, Layer, Match, Outcome, Place, Severity, Weight};
pub use ids::{Digest, FileId, ProcessId, RuleId, Seq, SessionId, changed_ns};
pub use invocation::{Invocation, Names, Program, Scope, Subject, Via};
pub use request::{Door, ProgramFile, Request, Truth};
pub use situation::{Ancestor, Environment, Situation};
pub use terms::Terms;
pub use tier::{Mode, Tier};
pub use tool::ToolCall;
pub use usage::{Charge, Usage};
pub use verdict::{Basis, Verdict};
