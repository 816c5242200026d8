//! Redirections of the tree → ours.

use super::command::{Redirection, RedirectionKind, SimpleCommand, Spot, SubstitutionKind, Word};
use super::walker::{Done, Ends, Walker};
use brush_parser::ast;

impl SimpleCommand {
    /// Says whether the line gives the command its standard input as text.
    pub(super) fn has_document(&self) -> bool {
        self.stdin.is_some() || self.stdin_written.is_some()
    }
}

fn number(fd: Option<i32>, otherwise: u32) -> u32 {
    fd.map_or(otherwise, |fd| u32::try_from(fd).unwrap_or(otherwise))
}

impl Walker<'_> {
    /// Redirections around a compound command are kept on each command in it.
    pub(super) fn outer_redirects(
        &mut self,
        redirects: Option<&ast::RedirectList>,
        first: usize,
        ends: &mut Ends,
    ) -> Done {
        let Some(redirects) = redirects else { return Ok(()) };
        let last = self.reading.commands.len();
        let mut holder = SimpleCommand::default();
        let mut outer = Ends::default();
        for redirect in &redirects.0 {
            self.redirect(redirect, &mut holder, &mut outer)?;
        }
        let (readers, writers) = (ends.readers.clone(), ends.writers.clone());
        for substitution in &holder.substitutions {
            match substitution.kind {
                SubstitutionKind::WriteTo => self.feed(&substitution.commands, &writers),
                SubstitutionKind::ReadFrom => self.feed(&readers, &substitution.commands),
                SubstitutionKind::Output => {}
            }
        }
        for command in self.reading.commands.get_mut(first..last).unwrap_or_default() {
            command.redirections.extend(holder.redirections.iter().cloned());
            if !command.has_document() {
                command.stdin.clone_from(&holder.stdin);
                command.stdin_written.clone_from(&holder.stdin_written);
            }
            command.fed |= holder.fed;
        }
        ends.add(outer);
        Ok(())
    }

    pub(super) fn redirect(
        &mut self,
        redirect: &ast::IoRedirect,
        command: &mut SimpleCommand,
        ends: &mut Ends,
    ) -> Done {
        match redirect {
            ast::IoRedirect::File(fd, kind, target) => self.file_redirect(*fd, kind, target, command)?,
            ast::IoRedirect::HereDocument(fd, document) => {
                let text = &document.doc.value;
                let literal = if document.requires_expansion { self.here_document(text) } else { Some(text.clone()) };
                self.document(*fd, literal, text, command);
            }
            ast::IoRedirect::HereString(fd, word) => {
                self.bash_only("a here-string");
                let literal = self.word(&word.value).literal().map(str::to_owned);
                self.document(*fd, literal, &word.value, command);
            }
            ast::IoRedirect::OutputAndError(word, append) => {
                let target = self.word(&word.value);
                let kind = if *append { RedirectionKind::Append } else { RedirectionKind::Write };
                command.redirections.push(Redirection { kind, fd: 1, target });
                both(command);
            }
        }
        self.attach(Spot::Redirection, command, ends);
        Ok(())
    }

    /// Notes a here-document or here-string. One for another descriptor is no standard input.
    fn document(&self, fd: Option<i32>, literal: Option<String>, written: &str, command: &mut SimpleCommand) {
        if number(fd, 0) == 0 {
            command.fed = true;
            command.stdin_written = literal.is_none().then(|| written.to_owned());
            command.stdin = literal;
        }
    }

    fn file_redirect(
        &mut self,
        fd: Option<i32>,
        kind: &ast::IoFileRedirectKind,
        target: &ast::IoFileRedirectTarget,
        command: &mut SimpleCommand,
    ) -> Done {
        let (opens, standard) = match kind {
            ast::IoFileRedirectKind::Read | ast::IoFileRedirectKind::DuplicateInput => (RedirectionKind::Read, 0),
            ast::IoFileRedirectKind::Append => (RedirectionKind::Append, 1),
            ast::IoFileRedirectKind::Write
            | ast::IoFileRedirectKind::Clobber
            | ast::IoFileRedirectKind::DuplicateOutput => (RedirectionKind::Write, 1),
            ast::IoFileRedirectKind::ReadAndWrite => (RedirectionKind::ReadWrite, 0),
        };
        let own = number(fd, standard);
        command.fed |= own == 0;
        match target {
            ast::IoFileRedirectTarget::Filename(word) => {
                let target = self.word(&word.value);
                command.redirections.push(Redirection { kind: opens, fd: own, target });
            }
            ast::IoFileRedirectTarget::Fd(other) => {
                let target = Word::Literal(other.to_string().into());
                command.redirections.push(Redirection { kind: RedirectionKind::Duplicate, fd: own, target });
            }
            ast::IoFileRedirectTarget::Duplicate(word) => {
                let target = self.word(&word.value);
                let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
                let kind = match target.literal() {
                    Some("-") => RedirectionKind::Close,
                    Some(text) if digits(text.strip_suffix('-').unwrap_or(text)) => RedirectionKind::Duplicate,
                    // `>& FILE` is `> FILE 2>&1`. What only shows when it runs may be a file.
                    Some(_) | None => opens,
                };
                let is_file = kind == opens;
                command.redirections.push(Redirection { kind, fd: own, target });
                if is_file {
                    self.bash_only("`>&` with a file");
                }
                if is_file && fd.is_none() && opens == RedirectionKind::Write {
                    both(command);
                }
            }
            ast::IoFileRedirectTarget::ProcessSubstitution(kind, subshell) => {
                self.process(kind, subshell)?;
                let target = Word::Quoted("process substitution".to_owned());
                command.redirections.push(Redirection { kind: opens, fd: own, target });
            }
        }
        Ok(())
    }
}

/// `2>&1`
fn both(command: &mut SimpleCommand) {
    let target = Word::Literal("1".into());
    command.redirections.push(Redirection { kind: RedirectionKind::Duplicate, fd: 2, target });
}
