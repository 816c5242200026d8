//! What policies decide.

mod corpus;
mod examples;
mod judging;
mod lines;
mod properties;
mod support;
