//! Canonical JSON, written by hand: RFC 8785 as far as records need it.
//!
//! Members are written in byte order of their ASCII keys; values are strings, integers below 2^53,
//! booleans, null, arrays and objects, never floats. What is not UTF-8 becomes `{"b64":"…"}`; what is
//! too long becomes `{"blob":{"bytes":n,"sha256":"…"}}` and goes to a file beside the record.

use super::hash::{hex, sha256};
use crate::model::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::io::Write as _;

/// The most bytes of one line, its LF included.
pub(crate) const LINE_LIMIT: usize = 64 * 1024;
/// The most bytes that argv may take in a line.
const LIST_LIMIT: usize = 16 * 1024;
/// The most bytes that one other value may take in a line. The values of one line that can reach it
/// are fewer than five, so that a line always fits [`LINE_LIMIT`].
const VALUE_LIMIT: usize = 6 * 1024;
/// The greatest integer that every JSON reader keeps exact: 2^53 - 1, RFC 8785 section 3.2.2.3.
const INTEGER_LIMIT: u64 = (1 << 53) - 1;

/// A value that was too long for its line.
#[derive(Debug)]
pub(super) struct Blob {
    /// Its digest, which is also the name of its file.
    pub(super) digest: Digest,
    /// The JSON text that would have stood in the line.
    pub(super) bytes: Vec<u8>,
}

/// Where a line is built; kept and reused from line to line.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) bytes: Vec<u8>,
    pub(super) blobs: Vec<Blob>,
}

impl Buffer {
    fn value_text(&mut self, text: &str) {
        self.bytes.push(b'"');
        let mut rest = text.as_bytes();
        while let Some(index) = rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\') {
            let (plain, tail) = rest.split_at(index);
            self.bytes.extend_from_slice(plain);
            if let Some((byte, after)) = tail.split_first() {
                self.escape(*byte);
                rest = after;
            }
        }
        self.bytes.extend_from_slice(rest);
        self.bytes.push(b'"');
    }

    /// Writes one escape as RFC 8785 section 3.2.2.2 wants it.
    fn escape(&mut self, byte: u8) {
        match byte {
            0x08 => self.bytes.extend_from_slice(br"\b"),
            0x09 => self.bytes.extend_from_slice(br"\t"),
            0x0a => self.bytes.extend_from_slice(br"\n"),
            0x0c => self.bytes.extend_from_slice(br"\f"),
            0x0d => self.bytes.extend_from_slice(br"\r"),
            b'"' => self.bytes.extend_from_slice(br#"\""#),
            b'\\' => self.bytes.extend_from_slice(br"\\"),
            other => self.format(format_args!("\\u{other:04x}")),
        }
    }

    fn value_foreign(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.value_text(text),
            Err(_) => {
                self.bytes.extend_from_slice(br#"{"b64":""#);
                self.base64(bytes);
                self.bytes.extend_from_slice(br#""}"#);
            }
        }
    }

    pub(super) fn base64(&mut self, bytes: &[u8]) {
        let start = self.bytes.len();
        let length = base64::encoded_len(bytes.len(), true).unwrap_or_default();
        self.bytes.resize(start + length, b'=');
        if let Some(space) = self.bytes.get_mut(start..) {
            // The space is exactly what the encoding takes, so this cannot fail.
            let written = STANDARD.encode_slice(bytes, space).unwrap_or_default();
            debug_assert_eq!(written, length);
        }
    }

    fn value_uint(&mut self, value: u64) {
        let mut digits = [0_u8; 20];
        let mut left = value.min(INTEGER_LIMIT);
        let mut used = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
            used += 1;
            if left == 0 {
                break;
            }
        }
        self.bytes.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
    }

    fn format(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a vector does not fail.
        let written = self.bytes.write_fmt(arguments);
        debug_assert!(written.is_ok());
    }

    /// Takes the value that begins at `start` out of the line when it is longer than `limit`.
    fn spill(&mut self, start: usize, limit: usize) {
        if self.bytes.len() - start <= limit {
            return;
        }
        let bytes = self.bytes.split_off(start);
        let digest = sha256(&bytes);
        self.bytes.extend_from_slice(br#"{"blob":{"bytes":"#);
        self.value_uint(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.bytes.extend_from_slice(br#","sha256":""#);
        self.bytes.extend_from_slice(&hex(&digest));
        self.bytes.extend_from_slice(br#""}}"#);
        self.blobs.push(Blob { digest, bytes });
    }
}

/// An object that is being written; its members must come in byte order of their keys.
pub(super) struct Object<'a> {
    buffer: &'a mut Buffer,
    last: &'static str,
}

impl<'a> Object<'a> {
    /// Begins an object at the end of the buffer.
    pub(super) fn begin(buffer: &'a mut Buffer) -> Self {
        buffer.bytes.push(b'{');
        Self { buffer, last: "" }
    }

    /// Ends the object.
    pub(super) fn end(self) {
        self.buffer.bytes.push(b'}');
    }

    fn key(&mut self, key: &'static str) {
        debug_assert!(self.last < key, "{key} must stand before {}", self.last);
        if !self.last.is_empty() {
            self.buffer.bytes.push(b',');
        }
        self.last = key;
        self.buffer.bytes.push(b'"');
        self.buffer.bytes.extend_from_slice(key.as_bytes());
        self.buffer.bytes.extend_from_slice(br#"":"#);
    }

    pub(super) fn text(&mut self, key: &'static str, text: &str) {
        self.key(key);
        let start = self.buffer.bytes.len();
        self.buffer.value_text(text);
        self.buffer.spill(start, VALUE_LIMIT);
    }

    pub(super) fn text_if(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    /// Writes text that is ASCII and needs no escape.
    pub(super) fn plain(&mut self, key: &'static str, text: &[u8]) {
        self.key(key);
        self.buffer.bytes.push(b'"');
        self.buffer.bytes.extend_from_slice(text);
        self.buffer.bytes.push(b'"');
    }

    pub(super) fn foreign(&mut self, key: &'static str, bytes: &[u8]) {
        self.key(key);
        let start = self.buffer.bytes.len();
        self.buffer.value_foreign(bytes);
        self.buffer.spill(start, VALUE_LIMIT);
    }

    pub(super) fn uint(&mut self, key: &'static str, value: u64) {
        self.key(key);
        self.buffer.value_uint(value);
    }

    pub(super) fn int(&mut self, key: &'static str, value: i32) {
        self.key(key);
        if value < 0 {
            self.buffer.bytes.push(b'-');
        }
        self.buffer.value_uint(u64::from(value.unsigned_abs()));
    }

    pub(super) fn int_or_null(&mut self, key: &'static str, value: Option<i32>) {
        match value {
            Some(value) => self.int(key, value),
            None => self.null(key),
        }
    }

    pub(super) fn null(&mut self, key: &'static str) {
        self.raw(key, b"null");
    }

    pub(super) fn boolean(&mut self, key: &'static str, value: bool) {
        self.raw(key, if value { b"true" } else { b"false" });
    }

    pub(super) fn base64(&mut self, key: &'static str, bytes: &[u8]) {
        self.key(key);
        self.buffer.bytes.push(b'"');
        self.buffer.base64(bytes);
        self.buffer.bytes.push(b'"');
    }

    /// Writes a value that is canonical JSON already.
    pub(super) fn raw(&mut self, key: &'static str, json: &[u8]) {
        self.key(key);
        self.buffer.bytes.extend_from_slice(json);
    }

    /// Writes `"DEVICE:INODE"` or another formatted text without characters that need an escape.
    pub(super) fn formatted(&mut self, key: &'static str, arguments: std::fmt::Arguments<'_>) {
        self.key(key);
        self.buffer.bytes.push(b'"');
        self.buffer.format(arguments);
        self.buffer.bytes.push(b'"');
    }

    pub(super) fn list<'t>(&mut self, key: &'static str, items: impl Iterator<Item = &'t [u8]>) {
        self.key(key);
        let start = self.buffer.bytes.len();
        self.buffer.bytes.push(b'[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.buffer.bytes.push(b',');
            }
            self.buffer.value_foreign(item);
        }
        self.buffer.bytes.push(b']');
        self.buffer.spill(start, if key == "argv" { LIST_LIMIT } else { VALUE_LIMIT });
    }

    pub(super) fn object(&mut self, key: &'static str) -> Object<'_> {
        self.key(key);
        Object::begin(self.buffer)
    }
}

/// Returns the value of a line when the line is one JSON object in canonical form, nothing else.
///
/// A duplicate key, another order, a blank, another escape or a float makes it something else.
pub(crate) fn parse(line: &[u8]) -> Option<serde_json::Map<String, Value>> {
    let value: Value = serde_json::from_slice(line).ok()?;
    if !is_plain(&value) {
        return None;
    }
    let printed = serde_json::to_vec(&value).ok()?;
    match value {
        Value::Object(members) if printed == line => Some(members),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// Says whether a value holds only ASCII keys and integers that every reader keeps exact.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|number| number.unsigned_abs() <= INTEGER_LIMIT),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(members) => members.iter().all(|(key, value)| key.is_ascii() && is_plain(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_canonical_spelling_is_taken() {
        assert!(parse(br#"{"a":1,"b":"x"}"#).is_some());
        for other in [
            r#"{"b":"x","a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":"deny","a":"allow"}"#,
            r#"{ "a":1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":-0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\/"}"#,
            r#"{"ä":1}"#,
            r#"[1]"#,
            r#"{"a":1}{}"#,
        ] {
            assert!(parse(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn a_long_list_leaves_its_line_and_keeps_its_digest() {
        let long = vec![b'x'; LIST_LIMIT];
        let mut buffer = Buffer::default();
        let mut object = Object::begin(&mut buffer);
        object.list("argv", [long.as_slice()].into_iter());
        object.end();
        assert!(buffer.bytes.len() < 200);
        assert!(parse(&buffer.bytes).is_some());
        let blob = &buffer.blobs[0];
        assert_eq!(blob.bytes.len(), LIST_LIMIT + 4);
        assert_eq!(blob.digest, sha256(&blob.bytes));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_canonical_and_reads_back(
            text in ".*",
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
            number in any::<u64>(),
            signed in any::<i32>(),
        ) {
            let mut buffer = Buffer::default();
            let mut object = Object::begin(&mut buffer);
            object.foreign("bytes", &bytes);
            object.int("int", signed);
            object.list("list", [bytes.as_slice(), text.as_bytes()].into_iter());
            object.text("text", &text);
            object.uint("uint", number);
            object.end();
            let members = parse(&buffer.bytes).expect("canonical");
            prop_assert_eq!(members["text"].as_str(), Some(text.as_str()));
            prop_assert_eq!(members["uint"].as_u64(), Some(number.min(INTEGER_LIMIT)));
            prop_assert_eq!(members["int"].as_i64(), Some(i64::from(signed)));
            match std::str::from_utf8(&bytes) {
                Ok(text) => prop_assert_eq!(members["bytes"].as_str(), Some(text)),
                Err(_) => {
                    let encoded = members["bytes"]["b64"].as_str().expect("b64");
                    prop_assert_eq!(STANDARD.decode(encoded).expect("base64"), bytes);
                }
            }
        }
    }
}
