//! What commands do: `fs.delete`, `net.upload`, `vcs.force-push`, … and to what.
//!
//! | to change | open |
//! |---|---|
//! | the words | `kind.rs` |
//! | what a program does | `../catalog/*.yaml` |
//! | how the catalog's pointers are followed | `pick.rs` |
//! | how items of the catalog become effects | `derive.rs` |
//! | redirections, assignments | `around.rs` |
//! | what feeds an interpreter | `code.rs` |
//! | what is sent that others have read | `flow.rs` |
//! | how hosts are read | `host.rs` |
//! | the agent's own tools | `tool.rs` |
//! | what a secret looks like | `secret.rs` |

mod around;
mod code;
mod derive;
mod effect;
mod flow;
mod host;
mod kind;
mod pick;
mod secret;
mod tool;

pub(crate) use derive::{are_known, effects, target_branches};
pub(crate) use effect::{Branch, Effect};
pub(crate) use host::{Host, HostSet};
pub use kind::{CodeSource, EffectKind};
pub(crate) use kind::{KindSet, SOURCES};
pub(crate) use pick::{holds, texts};
