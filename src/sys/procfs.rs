//! What the kernel says of a process, from proc(5).

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// What a process runs, by the kernel's word.
#[derive(Clone, Debug)]
pub struct Image {
    /// Where the file is; the kernel appends ` (deleted)` where it has no name any more.
    pub path: PathBuf,
    /// `st_dev` of the file.
    pub device: u64,
    /// `st_ino` of the file.
    pub inode: u64,
    /// Size in bytes.
    pub size: u64,
    /// Last change of content, nanoseconds since the epoch.
    pub modified_ns: i128,
    /// Last change of the inode, nanoseconds since the epoch. Nobody can set it.
    pub changed_ns: i128,
}

fn nanoseconds(seconds: i64, rest: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(rest)
}

/// Describes a file that is reached by `through` and whose name is `path`.
///
/// # Errors
///
/// Those of stat(2).
pub fn image_at(through: &std::path::Path, path: PathBuf) -> io::Result<Image> {
    let metadata = fs::metadata(through)?;
    Ok(Image {
        path,
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    })
}

/// Returns what the process runs.
///
/// # Errors
///
/// EACCES for an execute-only image of a caller without CAP_SYS_PTRACE.
pub fn image(process: i32) -> io::Result<Image> {
    let link = PathBuf::from(format!("/proc/{process}/exe"));
    let path = fs::read_link(&link)?;
    image_at(&link, path)
}

/// Returns the working directory.
///
/// # Errors
///
/// Those of readlink(2).
pub fn directory(process: i32) -> io::Result<PathBuf> {
    fs::read_link(format!("/proc/{process}/cwd"))
}

/// Splits bytes that end each item with NUL.
fn split_items(bytes: &[u8]) -> Vec<OsString> {
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    bytes.split(|byte| *byte == 0).map(|item| OsString::from_vec(item.to_vec())).collect()
}

/// Reads a file of proc(5) to its end. Unlike `fs::read` it does not ask for a size that is not there:
/// this runs for every program that starts.
fn read_all(path: &str) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut out = vec![0; 4096];
    let mut length = 0;
    loop {
        let read = file.read(out.get_mut(length..).unwrap_or_default())?;
        length += read;
        if read == 0 {
            out.truncate(length);
            return Ok(out);
        }
        if length == out.len() {
            out.resize(length * 4, 0);
        }
    }
}

/// Returns the arguments. Of a held image they are what the kernel copied.
///
/// # Errors
///
/// Those of open(2) and read(2).
pub fn arguments(process: i32) -> io::Result<Vec<OsString>> {
    let bytes = read_all(&format!("/proc/{process}/cmdline"))?;
    if bytes.iter().all(|byte| *byte == 0) && bytes.len() <= 1 {
        // One empty argument and none at all look alike; the program sees at least an empty argv[0].
        return Ok(vec![OsString::new()]);
    }
    Ok(split_items(&bytes))
}

/// Returns the environment as `NAME=VALUE`, as the process was started with it.
///
/// # Errors
///
/// Those of open(2) and read(2).
pub fn environment(process: i32) -> io::Result<Vec<OsString>> {
    Ok(split_items(&read_all(&format!("/proc/{process}/environ"))?))
}

/// Returns the parent, and nothing for a process that is gone.
#[must_use]
pub fn parent(process: i32) -> Option<i32> {
    let stat = read_all(&format!("/proc/{process}/stat")).ok()?;
    // The command name is in parentheses and may hold anything, parentheses too: fields start behind
    // the last one.
    let behind = stat.get(memchr::memrchr(b')', &stat)?.checked_add(1)?..)?;
    let text = std::str::from_utf8(behind).ok()?;
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Returns the process that a thread belongs to.
#[must_use]
pub fn process_of(thread: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Tgid:"))?.trim().parse().ok()
}

/// Returns the command name, at most 15 bytes that the process itself can set.
#[must_use]
pub fn command_name(process: i32) -> Option<OsString> {
    let mut bytes = fs::read(format!("/proc/{process}/comm")).ok()?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    Some(OsString::from_vec(bytes))
}

/// Says whether a signal that ends the process waits for it: its caller's timeout, a Ctrl-C.
#[must_use]
pub fn has_fatal_signal(process: i32) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{process}/status")) else { return true };
    let mask = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| u64::from_str_radix(rest.trim(), 16).ok())
            .unwrap_or(0)
    };
    let fatal = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGALRM, libc::SIGTERM, libc::SIGKILL]
        .iter()
        .fold(0_u64, |all, signal| all | 1 << (signal - 1));
    // A new image keeps ignored signals ignored and has no handlers yet.
    (mask("ShdPnd:") | mask("SigPnd:")) & !mask("SigIgn:") & !mask("SigBlk:") & fatal != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_describes_itself() {
        let me = i32::try_from(std::process::id()).unwrap();
        assert_eq!(image(me).unwrap().path, std::env::current_exe().unwrap());
        assert_eq!(directory(me).unwrap(), std::env::current_dir().unwrap());
        assert_eq!(parent(me), Some(std::os::unix::process::parent_id().cast_signed()));
        assert!(!has_fatal_signal(me));
        assert_eq!(arguments(me).unwrap(), std::env::args_os().collect::<Vec<_>>());
    }

    #[test]
    fn items_are_split_at_their_ends() {
        assert_eq!(split_items(b"a\0\0b\0"), ["a", "", "b"]);
        assert_eq!(split_items(b""), Vec::<OsString>::new());
    }
}
