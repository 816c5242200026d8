//! What the kernel put on the stack of a new image: arguments, environment, auxiliary vector.
//!
//! One look instead of three files of proc(5); this runs for every program that starts. The layout is
//! that of the System V ABI, "Process Initialization": argc, the argument pointers and a null, the
//! environment pointers and a null, pairs of the auxiliary vector up to AT_NULL; the strings above.

use super::machine;
use super::memory;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Enough for the whole of an ordinary stack; what lies beyond is read string by string.
const LOOK_BYTES: usize = 12 * 1024;
/// More arguments than fit the largest stack.
const WORD_LIMIT: usize = 4 * 1024 * 1024;
const AT_NULL: u64 = 0;
const AT_EXECFN: u64 = 31;

/// How a program was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// All of argv.
    pub argv: Vec<OsString>,
    /// The path that execve(2) was given (AT_EXECFN).
    pub named: Option<PathBuf>,
}

/// A part of the stack, and where it lies.
struct Stack<'a> {
    process: i32,
    base: u64,
    bytes: &'a [u8],
    word_bytes: usize,
}

/// Reads the stack of an image that has not run yet.
pub(super) fn read(process: i32, registers: &libc::user_regs_struct) -> io::Result<Start> {
    // Not on the heap: a block of this size makes the allocator tidy up, every time.
    let mut bytes = [0; LOOK_BYTES];
    let length = memory::read_some(process, registers.rsp, &mut bytes)?;
    let bytes = bytes.get(..length).unwrap_or_default();
    let stack = Stack { process, base: registers.rsp, bytes, word_bytes: machine::word_bytes(registers) };
    stack.start()
}

impl Stack<'_> {
    fn start(&self) -> io::Result<Start> {
        let count = usize::try_from(self.word(0)?).ok().filter(|count| *count < WORD_LIMIT);
        let count = count.ok_or_else(|| io::Error::from_raw_os_error(libc::E2BIG))?;
        let argv = (1..=count).map(|index| self.string(self.word(index)?)).collect::<io::Result<_>>()?;
        let mut at = count + 2;
        while self.word(at)? != 0 {
            at += 1;
        }
        at += 1;
        loop {
            match self.word(at)? {
                AT_NULL => return Ok(Start { argv, named: None }),
                AT_EXECFN => {
                    let named = PathBuf::from(self.string(self.word(at + 1)?)?);
                    return Ok(Start { argv, named: Some(named) });
                }
                _ => at += 2,
            }
        }
    }

    /// Returns a word, counted from the stack pointer.
    fn word(&self, index: usize) -> io::Result<u64> {
        if index > WORD_LIMIT {
            return Err(io::Error::from_raw_os_error(libc::E2BIG));
        }
        let offset = index * self.word_bytes;
        let mut word = [0; 8];
        let target = word.get_mut(..self.word_bytes).unwrap_or_default();
        match self.bytes.get(offset..offset + self.word_bytes) {
            Some(bytes) => target.copy_from_slice(bytes),
            None => memory::read_exactly(self.process, self.base.saturating_add(offset as u64), target)?,
        }
        // Little endian, so that a short word is the low half of a long one.
        Ok(u64::from_le_bytes(word))
    }

    fn string(&self, address: u64) -> io::Result<OsString> {
        let offset = address.checked_sub(self.base).and_then(|offset| usize::try_from(offset).ok());
        let here = offset.and_then(|offset| self.bytes.get(offset..));
        match here.and_then(|bytes| bytes.get(..memchr::memchr(0, bytes)?)) {
            Some(text) => Ok(OsString::from_vec(text.to_vec())),
            None => memory::read_string(self.process, address),
        }
    }
}
