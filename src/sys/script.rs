//! The `#!` line of a script, as the kernel reads it: execve(2), "Interpreter scripts".

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// How much of a file the kernel looks at: `BINPRM_BUF_SIZE`, linux/binfmts.h.
const LINE_BYTES: u64 = 256;

/// A script and what its first line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// The device that its file is on.
    pub(crate) device: u64,
    /// Its file on that device.
    pub(crate) inode: u64,
    /// The program that reads it.
    pub(crate) interpreter: OsString,
    /// The rest of the line, as one argument, where there is one.
    pub(crate) argument: Option<OsString>,
}

impl Script {
    /// Reads a regular file. `Ok(None)` where it is no script, or its line is one that could be cut.
    ///
    /// # Errors
    ///
    /// Those of open(2) and read(2).
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        let file = File::options().read(true).custom_flags(flags).open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        file.take(LINE_BYTES).read_to_end(&mut bytes)?;
        let line = first_line(&bytes);
        Ok(line.map(|(interpreter, argument)| Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            interpreter: OsStr::from_bytes(interpreter).to_owned(),
            argument: argument.map(|bytes| OsStr::from_bytes(bytes).to_owned()),
        }))
    }
}

/// Returns the interpreter and its argument, as `load_script` of fs/binfmt_script.c splits them.
fn first_line(bytes: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let line = bytes.get(..end)?.strip_prefix(b"#!")?;
    // A NUL ends a part for the kernel; nobody writes one.
    if line.contains(&0) {
        return None;
    }
    let from = line.iter().position(|byte| !is_blank(byte))?;
    let to = line.iter().rposition(|byte| !is_blank(byte))?;
    let line = line.get(from..=to)?;
    match line.iter().position(is_blank) {
        None => Some((line, None)),
        Some(at) => {
            let (interpreter, rest) = line.split_at_checked(at)?;
            let start = rest.iter().position(|byte| !is_blank(byte))?;
            Some((interpreter, rest.get(start..)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_the_kernel_splits_it() {
        for (line, expected) in [
            (&b"#!/bin/sh\nrest"[..], Some((&b"/bin/sh"[..], None))),
            (b"#! \t/bin/sh \t\n", Some((b"/bin/sh", None))),
            (b"#!/usr/bin/env  -S node  --x \n", Some((b"/usr/bin/env", Some(&b"-S node  --x"[..])))),
            (b"#!/bin/sh", None),
            (b"#!\n", None),
            (b"#! \t \n/bin/sh\n", None),
            (b" #!/bin/sh\n", None),
            (b"#!/bin/sh\0x\n", None),
            (b"echo\n", None),
            (b"", None),
        ] {
            assert_eq!(first_line(line), expected, "{:?}", line.escape_ascii().to_string());
        }
    }

    #[test]
    fn what_is_no_regular_file_is_no_script() {
        assert_eq!(Script::read(Path::new("/dev/zero")).unwrap(), None);
        assert!(Script::read(Path::new("/no/such")).is_err());
    }
}
