//! A line for standard error.

use crate::sys::bare::{self, Errno};

/// The bytes that go out in one write; a longer line takes several.
const BUFFER_BYTES: usize = 1024;

/// A line that begins with our name.
pub(super) struct Message {
    buffer: [u8; BUFFER_BYTES],
    length: usize,
}

impl Message {
    pub(super) fn new() -> Self {
        let mut message = Self { buffer: [0; BUFFER_BYTES], length: 0 };
        message.text("tollgate: ");
        message
    }

    pub(super) fn text(&mut self, text: &str) {
        for byte in text.bytes() {
            if self.length == BUFFER_BYTES {
                self.flush();
            }
            if let Some(place) = self.buffer.get_mut(self.length) {
                *place = byte;
                self.length += 1;
            }
        }
    }

    pub(super) fn characters(&mut self, characters: impl Iterator<Item = char>) {
        for character in characters {
            self.text(character.encode_utf8(&mut [0; 4]));
        }
    }

    /// Says what the standard library says of an error of the system.
    pub(super) fn error(&mut self, error: Errno) {
        self.text(error.text());
        self.text(" (os error ");
        let mut rest = error.number();
        let digits = [10_000, 1000, 100, 10, 1].map(|unit| {
            let digit = rest / unit;
            rest %= unit;
            char::from_digit(u32::from(digit), 10).unwrap_or('0')
        });
        let units = [digits.last().copied().unwrap_or('0')];
        let before = digits.iter().take(4).copied().skip_while(|digit| *digit == '0');
        self.characters(before.chain(units));
        self.text(")");
    }

    fn flush(&mut self) {
        bare::tell(self.buffer.get(..self.length).unwrap_or_default());
        self.length = 0;
    }

    /// Ends the line, and hands the status through.
    pub(super) fn end(mut self, status: u8) -> u8 {
        self.text("\n");
        self.flush();
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_in_the_library() {
        for (path, text) in [("/no/such", "No such file or directory (os error 2)"), ("/", "(os error 21)")] {
            let path = std::ffi::CString::new(path).unwrap();
            let Err(error) = bare::connect(&path).map(drop) else { panic!("{path:?}") };
            let mut message = Message::new();
            message.error(error);
            let said = String::from_utf8(message.buffer[..message.length].to_vec()).unwrap();
            assert!(said.starts_with("tollgate: ") && said.ends_with(')'), "{said}");
            if path.as_bytes() != b"/" {
                assert_eq!(said, format!("tollgate: {text}"));
            }
        }
    }
}
