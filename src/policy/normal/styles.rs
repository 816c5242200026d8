//! Option styles that are not made of dashes alone: find(1), dd(1), the old way of tar(1), none at all.

use super::command::Clarity;
use super::options::{Reader, split};
use crate::policy::catalog::Style;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

impl Reader<'_> {
    /// Reads an argument by a style of its own. Returns whether it was one.
    pub(super) fn by_style(&mut self, text: &OsStr, at: usize) -> bool {
        match self.style() {
            Style::Find => self.find_argument(text),
            Style::KeyValue => self.key_value(text),
            Style::OldTar if at == 1 && !text.as_bytes().starts_with(b"-") => self.old_bundle(text),
            Style::Words => {
                self.operand(text.to_owned(), Clarity::Known, false, at);
                true
            }
            Style::OldTar
            | Style::Gnu
            | Style::PosixStop
            | Style::Git
            | Style::Clap
            | Style::Go
            | Style::SingleDash => false,
        }
    }

    /// `-name VALUE`, `!`, `(`: once the expression has begun, nothing is a starting point any more.
    fn find_argument(&mut self, text: &OsStr) -> bool {
        let bytes = text.as_bytes();
        let operator = matches!(bytes, b"(" | b")" | b"!" | b",");
        let predicate = bytes.len() > 1 && bytes.starts_with(b"-");
        self.expression |= operator || (predicate && !matches!(bytes, b"-H" | b"-L" | b"-P"));
        if operator {
            if bytes == b"!" {
                self.flag(["-not".to_owned()].into(), None, super::Role::Plain, true);
            }
            return true;
        }
        if !predicate {
            return false;
        }
        let name = text.to_string_lossy();
        if self.starts_command(&name) {
            self.unknown_action(&name);
        } else if let Some(switch) = self.table().exact(&name) {
            self.known(switch, None, true);
        } else {
            self.unknown(&name, None, true);
            self.after_unknown = true;
        }
        true
    }

    fn starts_command(&self, name: &str) -> bool {
        let wrapper = self.entry.and_then(|entry| entry.wrapper.as_ref());
        wrapper.is_some_and(|wrapper| wrapper.actions.iter().any(|action| action == name))
    }

    /// Passes over the words of `-exec`, which are judged as a command of their own.
    fn unknown_action(&mut self, name: &str) {
        let spellings = [name.to_owned()].into();
        self.flag(spellings, None, super::Role::Plain, true);
        while let Some(argument) = self.arguments.get(self.index) {
            self.index += 1;
            if argument.known().is_some_and(|word| word == ";" || word == "+") {
                break;
            }
        }
    }

    /// `if=FILE`.
    fn key_value(&mut self, text: &OsStr) -> bool {
        let (name, Some(value)) = split(text) else { return false };
        let name = format!("{name}=");
        match self.table().exact(&name) {
            Some(switch) => self.known(switch, Some(value), true),
            None => self.unknown(&name, Some(value), true),
        }
        true
    }

    /// `xzf FILE`: the letters that take a value take the following arguments in their order.
    fn old_bundle(&mut self, text: &OsStr) -> bool {
        for letter in text.to_string_lossy().chars() {
            match self.table().exact(&format!("-{letter}")) {
                Some(switch) => self.known(switch, None, true),
                None => self.unknown(&format!("-{letter}"), None, true),
            }
        }
        true
    }
}
