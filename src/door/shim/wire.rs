//! What the shim and the gate say to each other.
//!
//! The question: four bytes of length (little endian), then the path of the real program and every
//! argument, each ended by NUL. The answer: `A`, then `0` (keep `argv[0]`) or `1` (give the path as
//! `argv[0]`); or `D`, the exit status as a byte, and the text for standard error up to the end.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// The longest question: twice what execve(2) takes on an ordinary stack.
const QUESTION_LIMIT_BYTES: u32 = 4 * 1024 * 1024;

/// What the shim wants to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// The real program.
    pub(super) program: OsString,
    /// All of argv as the caller gave it.
    pub(super) argv: Vec<OsString>,
}

/// What the gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Become it; whether `argv[0]` is to be the path.
    Allowed { absolute: bool },
    /// Print this and end with this status.
    Denied { status: u8, text: Vec<u8> },
}

impl Question {
    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut head = [0; 4];
        from.read_exact(&mut head)?;
        let length = u32::from_le_bytes(head);
        if length > QUESTION_LIMIT_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut bytes = Vec::new();
        from.take(u64::from(length)).read_to_end(&mut bytes)?;
        if u32::try_from(bytes.len()) != Ok(length) || bytes.pop() != Some(0) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut items = bytes.split(|byte| *byte == 0).map(|item| OsStr::from_bytes(item).to_owned());
        let program = items.next().ok_or(io::ErrorKind::InvalidData)?;
        let argv: Vec<OsString> = items.collect();
        if argv.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self { program, argv })
    }
}

impl Answer {
    pub(super) fn write(&self, to: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Allowed { absolute } => to.write_all(&[b'A', b'0' + u8::from(*absolute)]),
            Self::Denied { status, text } => {
                to.write_all(&[b'D', *status])?;
                to.write_all(text)
            }
        }
    }
}

impl Answer {
    /// Returns argv as the program gets it.
    pub(super) fn argv(absolute: bool, question: &Question) -> Vec<OsString> {
        let mut argv = question.argv.clone();
        // A login shell is told so by the dash in front of its name.
        if let Some(zeroth) = argv.first_mut()
            && absolute
            && !zeroth.as_bytes().starts_with(b"-")
        {
            *zeroth = OsString::from_vec(question.program.as_bytes().to_vec());
        }
        argv
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_or_strange_is_no_question() {
        assert!(Question::read(&mut &[9, 0, 0, 0, b'x', 0][..]).is_err());
        assert!(Question::read(&mut &[255, 255, 255, 255][..]).is_err());
    }

    #[test]
    fn a_login_shell_keeps_its_dash() {
        let question = Question { program: "/bin/bash".into(), argv: vec!["-bash".into()] };
        assert_eq!(Answer::argv(true, &question), ["-bash"]);
        let question = Question { program: "/usr/bin/gcc".into(), argv: vec!["gcc".into()] };
        assert_eq!(Answer::argv(true, &question), ["/usr/bin/gcc"]);
        assert_eq!(Answer::argv(false, &question), ["gcc"]);
    }
}
