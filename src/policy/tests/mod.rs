//! What policies decide.

mod demands;
mod examples;
mod judging;
mod layers;
mod lines;
mod properties;
mod support;
