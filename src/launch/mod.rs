//! `tollgate run`: the processes, the terminal, and the end of a session.
//!
//! ```text
//! supervisor   policy, gate, journal, doors, cards; the person's terminal
//!   └ reaper   subreaper; leads the inner terminal's session; holds no key and no log
//!       └ agent, and all that it starts: Landlock scope, seccomp filter
//! ```

mod environment;
mod error;
mod hold;
mod opening;
mod places;
mod relay;
mod session;
mod supervise;

pub use environment::Caller;
pub use error::LaunchError;
pub use places::Places;
pub use session::{DoorChoice, Options, Summary, run};
