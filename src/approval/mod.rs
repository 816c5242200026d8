//! Asking people, on a terminal that the agent does not own.
//!
//! The [`Screen`] is the person's terminal, shared between what the agent prints and the cards. A card
//! is shown by a process of its own ([`prompt`]), so that an answer that comes too late can be cut
//! off, whatever the prompt library is waiting for.

#![forbid(unsafe_code)]

mod answer;
mod card;
mod people;
pub mod prompt;
mod screen;

pub use answer::Answer;
pub use card::{Ancestor, Card};
pub use people::People;
pub use screen::{Screen, Taken};
