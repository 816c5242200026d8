//! Tests of reading shell lines.

mod corpus;
mod lines;
mod structure;
