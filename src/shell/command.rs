//! What a shell line is made of.

use std::ffi::OsString;

/// A word of a command, as far as it can be known without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Known: quotes removed. A leading `~` stands for the home folder.
    Literal(OsString),
    /// A glob: the shell replaces it by the names of files, if there are any.
    Pattern(OsString),
    /// Only known when it runs (`$X`, `$(…)`); as it is written. May be no word, or several.
    Dynamic(String),
    /// Only known when it runs, but certainly one word, because it is quoted (`"$X"`).
    Quoted(String),
}

/// `NAME=VALUE` before a command, or alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// What it is set to.
    pub value: Word,
}

/// What a redirection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionKind {
    /// `< FILE`
    Read,
    /// `> FILE`, `>> FILE`, `>| FILE`, `&> FILE`
    Write,
    /// `<> FILE`
    ReadWrite,
}

/// A redirection from or to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// What it does.
    pub kind: RedirectionKind,
    /// The file.
    pub target: Word,
}

/// A simple command: a program or builtin with its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// The variables set for it, or for the shell where there are no words.
    pub assignments: Vec<Assignment>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// Its own redirections.
    pub redirections: Vec<Redirection>,
    /// Its standard input, where the line says it literally.
    pub stdin: Option<String>,
    /// Whether its standard input is a pipe, a file or another command's output.
    pub fed: bool,
    /// The targets of the `cd`s that come before it in the same shell, in order.
    pub directories: Vec<Word>,
}

impl SimpleCommand {
    /// Says whether a redirection of the command writes to a file other than `/dev/null`.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.redirections.iter().any(|redirection| {
            let harmless = redirection.target == Word::Literal("/dev/null".into());
            redirection.kind != RedirectionKind::Read && !harmless
        })
    }
}
