//! What the kernel hands to a program at its start.

use core::ffi::{CStr, c_char};
use core::ptr;

/// The arguments, the environment, and the path that was executed.
#[derive(Debug)]
pub struct Start {
    pub(super) arguments: *mut *const c_char,
    pub(super) environment: *const *const c_char,
    executed: *const c_char,
}

/// A list of strings that ends with a null pointer.
#[derive(Clone, Debug)]
struct Strings(*const *const c_char);

impl Iterator for Strings {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<Self::Item> {
        // SAFETY: the list has not ended yet, by what `Start::new` asks for.
        let item = unsafe { *self.0 };
        if item.is_null() {
            return None;
        }
        // SAFETY: an item was there, so the next place is at most that of the null pointer.
        self.0 = unsafe { self.0.add(1) };
        // SAFETY: each item is a string that ends with NUL, by what `Start::new` asks for.
        Some(unsafe { CStr::from_ptr(item) })
    }
}

impl Start {
    /// Takes what the kernel laid out (execve(2), getauxval(3)).
    ///
    /// # Safety
    ///
    /// `arguments` and `environment` are lists that end with a null pointer, of strings that end with NUL, all
    /// there and left alone for the life of the process. `executed` is such a string, or null.
    #[must_use]
    pub unsafe fn new(
        arguments: *mut *const c_char,
        environment: *const *const c_char,
        executed: *const c_char,
    ) -> Self {
        Self { arguments, environment, executed }
    }

    /// Returns argv.
    pub fn arguments(&self) -> impl Iterator<Item = &'static CStr> + Clone + use<> {
        Strings(self.arguments)
    }

    /// Returns the value of a variable: the first of this name.
    #[must_use]
    pub fn variable(&self, name: &[u8]) -> Option<&'static [u8]> {
        Strings(self.environment).find_map(|item| item.to_bytes().strip_prefix(name)?.strip_prefix(b"="))
    }

    /// Returns the path by which this process was executed (AT_EXECFN): unlike `argv[0]` its caller
    /// cannot choose it freely. Where it is not known, `argv[0]`.
    #[must_use]
    pub fn executed(&self) -> Option<&'static CStr> {
        if self.executed.is_null() {
            return self.arguments().next();
        }
        // SAFETY: not null, so a string by what `Start::new` asks for.
        Some(unsafe { CStr::from_ptr(self.executed) })
    }

    /// Returns argv with another first item, where there is one, for as long as `with` runs.
    pub(super) fn with_first<T>(&self, first: Option<&CStr>, with: impl FnOnce(*const *const c_char) -> T) -> T {
        let before = self.arguments().next();
        let (Some(first), Some(before)) = (first, before) else { return with(self.arguments) };
        // SAFETY: the list has a first item (above), and `Start` alone refers to it.
        unsafe { ptr::write(self.arguments, first.as_ptr()) };
        let result = with(self.arguments);
        // SAFETY: as above; the string that stood there before lives on.
        unsafe { ptr::write(self.arguments, before.as_ptr()) };
        result
    }
}
