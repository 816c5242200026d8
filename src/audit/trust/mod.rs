//! Keys and signatures in the formats of OpenSSH and of C2SP, so that stock tools check them.
//!
//! | file | format |
//! |---|---|
//! | `wire` | the strings of RFC 4251 section 5 and PEM-like armour |
//! | `sshsig` | OpenSSH `PROTOCOL.sshsig`, what `ssh-keygen -Y verify` reads |
//! | `private` | OpenSSH `PROTOCOL.key`, an unencrypted Ed25519 key |
//! | `host` | the host key, made on first use |
//! | `note` | C2SP signed-note and tlog-checkpoint |

mod host;
mod note;
mod private;
mod sshsig;
#[cfg(test)]
mod tests;
mod wire;

pub use host::HostKey;
pub(super) use host::{generate, public_path};
pub(super) use note::Note;
pub(super) use sshsig::{Namespace, sign, verify};
pub use wire::PublicKey;
