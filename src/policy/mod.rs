//! YAML files → [`Policy`] → [`Evaluation`](crate::model::Evaluation). Pure: nothing here runs a
//! program, and only loading reads files.
//!
//! | to change | open |
//! |---|---|
//! | what is known of a program | `catalog/*.yaml` |
//! | what effects there are, how they are found | `effects/` |
//! | a key of the language | `load/` |
//! | what a key asks of a command | `matcher/` |
//! | how spellings become one | `normal/` |
//! | what `env`, `sudo`, `sh -c` start | `unwrap.rs` |
//! | how matches become a decision | `evaluate.rs` |
//! | what `tollgate policy` looks for, runs, compares, proposes | `lint/`, `testing.rs`, `diff.rs`, `propose/` |
//! | the schema, the layout, the samples | `schema.rs`, `format.rs`, `samples.jsonl` |

#![forbid(unsafe_code)]

pub mod builtin;
mod catalog;
mod compose;
mod condition;
mod defaults;
mod demands;
pub mod diff;
mod door;
mod effects;
mod evaluate;
mod examples;
mod exception;
mod fit;
pub mod format;
mod found;
mod index;
mod judged;
mod layering;
mod limit;
mod line;
pub mod lint;
mod load;
mod loading;
mod matcher;
mod mates;
mod normal;
mod outline;
pub mod propose;
mod rule;
pub mod samples;
pub mod schema;
mod set;
mod settle;
mod starts;
mod stated;
pub mod testing;
mod trust;
mod unwrap;
mod view;
mod world;

pub use catalog::Catalog;
pub use defaults::Defaults;
pub use demands::{Approval, Bound, Obligation, Remember};
pub use effects::{CodeSource, EffectKind};
pub use exception::Exception;
pub use limit::{Limit, LimitKey};
pub use line::{Line, parse_line};
pub use load::{Complaint, Context, FileTest, Key, Kind, LoadErrors, SetKind, Source, TestCase, Tested, language};
pub use matcher::seen_by;
pub use normal::{Command, Flag, Operand, Role, normalise};
pub use outline::stated_layer;
pub use rule::Rule;
pub use set::{LoadedFile, NamedPrograms, Policy};
pub use stated::{Statement, statements};
pub use trust::{Trust, TrustError};
pub use unwrap::unwrap;
pub use view::{Seen, SeenCommand};
pub use world::{Described, World};

#[cfg(test)]
mod tests;
