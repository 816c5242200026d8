//! Why a system call failed, in the words of the C library.

/// An error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(u16);

/// Those that the calls of the shim document, with the text of strerror(3).
const TEXTS: &[(u16, &str)] = &[
    (1, "Operation not permitted"),
    (2, "No such file or directory"),
    (5, "Input/output error"),
    (7, "Argument list too long"),
    (8, "Exec format error"),
    (9, "Bad file descriptor"),
    (11, "Resource temporarily unavailable"),
    (12, "Cannot allocate memory"),
    (13, "Permission denied"),
    (14, "Bad address"),
    (16, "Device or resource busy"),
    (20, "Not a directory"),
    (21, "Is a directory"),
    (22, "Invalid argument"),
    (23, "Too many open files in system"),
    (24, "Too many open files"),
    (26, "Text file busy"),
    (32, "Broken pipe"),
    (36, "File name too long"),
    (38, "Function not implemented"),
    (40, "Too many levels of symbolic links"),
    (80, "Accessing a corrupted shared library"),
    (91, "Protocol wrong type for socket"),
    (97, "Address family not supported by protocol"),
    (104, "Connection reset by peer"),
    (105, "No buffer space available"),
    (110, "Connection timed out"),
    (111, "Connection refused"),
];

impl Errno {
    /// There is no such file.
    pub const NOT_FOUND: Self = Self(2);
    /// A signal came first.
    pub(super) const INTERRUPTED: Self = Self(4);
    /// A path is longer than the kernel takes.
    pub const NAME_TOO_LONG: Self = Self(36);

    /// Takes the negative result of a system call.
    pub(super) fn of(result: isize) -> Self {
        Self(u16::try_from(result.unsigned_abs()).unwrap_or(u16::MAX))
    }

    /// Returns its number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Returns what it means.
    #[must_use]
    pub fn text(self) -> &'static str {
        TEXTS.iter().find(|(number, _)| *number == self.0).map_or("error", |(_, text)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_c_library() {
        for (number, text) in TEXTS {
            let theirs = std::io::Error::from_raw_os_error(i32::from(*number)).to_string();
            assert_eq!(format!("{text} (os error {number})"), theirs);
        }
    }
}
