//! What policies decide.

mod corpus;
mod demands;
mod door;
mod examples;
mod flows;
mod judging;
mod layers;
mod lines;
mod properties;
mod properties_of_layers;
mod schema;
mod support;
mod tools;
