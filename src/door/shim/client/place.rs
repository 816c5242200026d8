//! A path in memory of a fixed size, as long as the kernel takes one.

use crate::sys::bare::PATH_BYTES;
use core::ffi::CStr;

/// A path.
pub(super) struct Place {
    /// Ended by NUL, at least one.
    bytes: [u8; PATH_BYTES],
    length: usize,
}

impl Place {
    /// Takes a path that is short enough.
    pub(super) fn of(path: &[u8]) -> Option<Self> {
        let mut place = Self { bytes: [0; PATH_BYTES], length: 0 };
        place.push(path)?;
        Some(place)
    }

    /// Goes on with a name, behind a slash where one is needed.
    pub(super) fn join(mut self, name: &[u8]) -> Option<Self> {
        if self.as_bytes().last().is_some_and(|last| *last != b'/') {
            self.push(b"/")?;
        }
        self.push(name)?;
        Some(self)
    }

    /// Goes on with these bytes.
    pub(super) fn append(mut self, more: &[u8]) -> Option<Self> {
        self.push(more)?;
        Some(self)
    }

    fn push(&mut self, more: &[u8]) -> Option<()> {
        let length = self.length.checked_add(more.len()).filter(|length| *length < PATH_BYTES)?;
        self.bytes.get_mut(self.length..length)?.copy_from_slice(more);
        self.length = length;
        Some(())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(super) fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or_default()
    }
}

/// Returns the parts of a path as the standard library counts them: no empty ones, no `.` that does nothing.
pub(super) fn parts(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".")
}

/// Says whether two paths are written the same but for slashes and dots that do nothing.
pub(super) fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.starts_with(b"/") == right.starts_with(b"/") && parts(left).eq(parts(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_joined_as_the_library_joins_it() {
        for (folder, name) in [("/a/b", "c"), ("/a/", "c"), ("", "c"), ("/", "c"), (".", "c"), ("a//", "c")] {
            let joined = Place::of(folder.as_bytes()).unwrap().join(name.as_bytes()).unwrap();
            let theirs = std::path::Path::new(folder).join(name);
            assert_eq!(joined.as_bytes(), theirs.as_os_str().as_encoded_bytes());
            assert_eq!(joined.as_c_str().to_bytes(), joined.as_bytes());
        }
    }

    #[test]
    fn a_path_that_is_too_long_is_none() {
        assert!(Place::of(&[b'a'; PATH_BYTES]).is_none());
        let long = Place::of(&[b'a'; PATH_BYTES - 1]).unwrap();
        assert_eq!(long.as_c_str().to_bytes().len(), PATH_BYTES - 1);
        assert!(long.join(b"b").is_none());
    }

    #[test]
    fn slashes_and_dots_make_no_difference() {
        assert!(is_same(b"/s/bin", b"/s//bin/") && is_same(b"/s/./bin", b"/s/bin/."));
        assert!(!is_same(b"/s/bin", b"s/bin") && !is_same(b"/s/bin", b"/s/bin2") && !is_same(b"/s/bin", b"/s"));
    }
}
