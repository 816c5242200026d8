//! Reading another process's memory. See process_vm_readv(2).
//!
//! What a caller's memory says before its execve is a claim: it can change at once. Only the memory
//! of a held image is a fact.

use super::notify::CallerView;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// No argument is longer: `MAX_ARG_STRLEN`, linux/binfmts.h (32 pages).
const ARGUMENT_LIMIT_BYTES: usize = 32 * 4096;
/// As many arguments as fit the largest stack that execve(2) takes.
const ARGUMENT_LIMIT_COUNT: usize = 64 * 1024;
const PAGE_BYTES: usize = 4096;

fn read_at(process: i32, address: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let local = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: buffer.len() };
    // SAFETY: `local` describes `buffer`; `remote` is only read, in the other process.
    let read = unsafe { libc::process_vm_readv(process, &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(read).map_err(|_| io::Error::last_os_error())
}

/// Reads what is mapped at an address, up to the size of the buffer.
pub(super) fn read_some(process: i32, address: u64, buffer: &mut [u8]) -> io::Result<usize> {
    // A read that crosses into what is not mapped stops at its border.
    match read_at(process, address, buffer)? {
        0 => Err(io::Error::from_raw_os_error(libc::EFAULT)),
        read => Ok(read),
    }
}

/// Fills the buffer.
pub(super) fn read_exactly(process: i32, address: u64, buffer: &mut [u8]) -> io::Result<()> {
    if read_at(process, address, buffer)? == buffer.len() {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(libc::EFAULT))
    }
}

/// Reads the bytes up to the next NUL, page by page so that an unmapped neighbour does not matter.
///
/// # Errors
///
/// EFAULT where the address is not mapped, E2BIG where no NUL comes.
pub fn read_string(process: i32, address: u64) -> io::Result<OsString> {
    let mut out = Vec::new();
    let mut at = address;
    let mut page = [0_u8; PAGE_BYTES];
    while out.len() <= ARGUMENT_LIMIT_BYTES {
        let room = PAGE_BYTES - usize::try_from(at % 4096).unwrap_or_default();
        let target = page.get_mut(..room).unwrap_or_default();
        let read = read_at(process, at, target)?;
        let found = target.get(..read).unwrap_or_default();
        if found.is_empty() {
            return Err(io::Error::from_raw_os_error(libc::EFAULT));
        }
        match memchr::memchr(0, found) {
            Some(end) => {
                out.extend_from_slice(found.get(..end).unwrap_or_default());
                return Ok(OsString::from_vec(out));
            }
            None => out.extend_from_slice(found),
        }
        at = at.checked_add(read as u64).ok_or_else(|| io::Error::from_raw_os_error(libc::EFAULT))?;
    }
    Err(io::Error::from_raw_os_error(libc::E2BIG))
}

/// What a caller says that it wants to run. It can be changed until the kernel has copied it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The file, through the caller's own root and directory, openable from here.
    pub file: PathBuf,
    /// The path as the caller wrote it.
    pub named: PathBuf,
    /// The arguments.
    pub argv: Vec<OsString>,
}

/// Reads the claim of a caller that waits at its execve.
///
/// # Errors
///
/// EFAULT and E2BIG as [`read_string`].
pub fn read_claim(thread: i32, view: &CallerView) -> io::Result<Claim> {
    let named = PathBuf::from(read_string(thread, view.path)?);
    let mut argv = Vec::new();
    let mut at = view.arguments;
    while at != 0 && argv.len() < ARGUMENT_LIMIT_COUNT {
        let mut word = [0_u8; 8];
        let target = word.get_mut(..view.pointer_bytes).unwrap_or_default();
        if read_at(thread, at, target)? != view.pointer_bytes {
            return Err(io::Error::from_raw_os_error(libc::EFAULT));
        }
        // Little endian, so that a short pointer is the low half of a long one.
        let pointer = u64::from_le_bytes(word);
        if pointer == 0 {
            break;
        }
        argv.push(read_string(thread, pointer)?);
        at = at.checked_add(view.pointer_bytes as u64).ok_or_else(|| io::Error::from_raw_os_error(libc::EFAULT))?;
    }
    let file = openable(thread, view.directory, &named);
    Ok(Claim { file, named, argv })
}

/// Returns a path of this process that leads to what `named` means to the caller.
fn openable(thread: i32, directory: i32, named: &Path) -> PathBuf {
    let mut base = OsString::from(format!("/proc/{thread}/"));
    if named.is_absolute() {
        base.push("root");
        base.push(named);
        return PathBuf::from(base);
    }
    base.push(if directory == libc::AT_FDCWD { "cwd".to_owned() } else { format!("fd/{directory}") });
    let text: &OsStr = named.as_os_str();
    if !text.as_bytes().is_empty() {
        base.push("/");
        base.push(text);
    }
    PathBuf::from(base)
}
