//! `when:`: what must be so, beside the command, for a rule to count.

mod identity;
mod time;
mod tree;

pub(crate) use identity::Selector;
pub(crate) use time::{Span, day};
pub(crate) use tree::Condition;
