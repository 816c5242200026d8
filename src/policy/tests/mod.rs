//! What policies decide.

mod examples;
mod judging;
mod lines;
mod properties;
mod support;
