//! What policies decide.

mod examples;
mod judging;
mod layers;
mod lines;
mod properties;
mod support;
