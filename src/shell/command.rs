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

impl Word {
    /// Returns the text of a literal word.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => text.to_str(),
            Self::Pattern(_) | Self::Dynamic(_) | Self::Quoted(_) => None,
        }
    }
}

/// For whom an assignment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `X=1 cmd`: in the environment of this command.
    Command,
    /// `X=1` alone, `declare X=1`, `local X=1`, `readonly X=1`: a variable of the shell. Where the variable is
    /// in the environment already, this changes it there too.
    Shell,
    /// `export X=1`, `declare -x X=1`: in the environment of everything that follows.
    Export,
}

/// `NAME=VALUE` before a command, alone, or as an argument of `export` and its like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// What it is set to. An array is [`Word::Dynamic`].
    pub value: Word,
    /// For whom it holds.
    pub scope: Scope,
}

/// What a redirection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionKind {
    /// `< FILE`
    Read,
    /// `> FILE`, `>| FILE`, and the first half of `&> FILE`
    Write,
    /// `>> FILE`, and the first half of `&>> FILE`
    Append,
    /// `<> FILE`
    ReadWrite,
    /// `2>&1`, `0<&3`: the target is the number of another descriptor, and no file.
    Duplicate,
    /// `2>&-`: the target is `-`, and no file.
    Close,
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// What it does.
    pub kind: RedirectionKind,
    /// The descriptor that is redirected, also where the line leaves it out. `&> FILE` is two
    /// redirections, of 1 to the file and of 2 to 1.
    pub fd: u32,
    /// The file, or a descriptor where the kind says so.
    pub target: Word,
}

impl Redirection {
    /// Says whether a file is opened for writing.
    #[must_use]
    pub fn writes(&self) -> bool {
        match self.kind {
            RedirectionKind::Write | RedirectionKind::Append | RedirectionKind::ReadWrite => true,
            RedirectionKind::Read | RedirectionKind::Duplicate | RedirectionKind::Close => false,
        }
    }

    /// Says whether a file is opened for reading.
    #[must_use]
    pub fn reads(&self) -> bool {
        match self.kind {
            RedirectionKind::Read | RedirectionKind::ReadWrite => true,
            RedirectionKind::Write | RedirectionKind::Append | RedirectionKind::Duplicate | RedirectionKind::Close => {
                false
            }
        }
    }
}

/// A folder that a command may run in: where the line starts, and then one step after the other.
///
/// A step that is not literal leads to somewhere that is not known. No steps: where the line starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The targets of `cd`, relative to the step before; what a `popd` or `cd -` undoes is gone already.
    pub steps: Vec<Word>,
}

/// Where in a command the output of other commands stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In this one of [`SimpleCommand::words`]; 0 is the program.
    Word(usize),
    /// In the value of this one of [`SimpleCommand::assignments`].
    Assignment(usize),
    /// In the target of this one of [`SimpleCommand::redirections`], or in a here-document or here-string.
    Redirection,
}

/// How commands are put into the place of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubstitutionKind {
    /// `$(…)`, `` `…` ``: what they print becomes the word, or a part of it.
    Output,
    /// `<(…)`: the word is a file with what they print.
    ReadFrom,
    /// `>(…)`: the word is a file, and what is written to it is their standard input.
    WriteTo,
}

/// Commands inside a word of another command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// How the commands are put there.
    pub kind: SubstitutionKind,
    /// Where.
    pub spot: Spot,
    /// Those of the line's commands that write the output (or, for [`SubstitutionKind::WriteTo`], read the
    /// input). What feeds them is found through their [`SimpleCommand::upstream`].
    pub commands: Vec<usize>,
}

/// What the program's name leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Callee {
    /// A program or a builtin of the shell.
    #[default]
    Program,
    /// Certainly a function that the line defines: no program of that name runs. The commands of its body
    /// stand in the list as commands of their own, with the arguments of this call.
    Function,
    /// One or the other: the function is only defined where a condition holds. Its body stands in the list.
    Either,
}

/// A simple command: a program or builtin with its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// The variables set for it; for the shell where there are no words; by `export` and its like where the
    /// command is one of them (they stand in its words too).
    pub assignments: Vec<Assignment>,
    /// The program and its arguments. Empty for redirections or assignments alone.
    pub words: Vec<Word>,
    /// Its redirections, and those of the groups and loops around it.
    pub redirections: Vec<Redirection>,
    /// Its standard input, where the line says it literally: a here-document, a here-string, `echo … |`.
    pub stdin: Option<String>,
    /// The here-document or here-string as it is written, where a part of it is only known when it runs.
    pub stdin_written: Option<String>,
    /// Whether its standard input is a pipe, a file or another command's output.
    pub fed: bool,
    /// The commands whose output is its standard input: through a pipe, also into and out of groups, loops,
    /// subshells and functions, or through `< <(…)` and `> >(…)`. Positions in the line's list.
    pub upstream: Vec<usize>,
    /// The commands inside its words.
    pub substitutions: Vec<Substitution>,
    /// Every folder that it may run in. `cd a && x; y` may run y in either. Never empty.
    pub places: Vec<Place>,
    /// The targets of the `cd`s that come before it in the same shell, in order, whether or not they hold for
    /// it. [`SimpleCommand::places`] says more.
    pub directories: Vec<Word>,
    /// What its name leads to.
    pub callee: Callee,
}

impl SimpleCommand {
    /// Says whether a redirection of the command writes to a file other than `/dev/null`.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.redirections.iter().any(|redirection| {
            let harmless = redirection.target == Word::Literal("/dev/null".into());
            redirection.writes() && !harmless
        })
    }

    /// Returns the first word, where it is literal.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.words.first().and_then(Word::literal)
    }

    /// Returns the words of the builtin that this is, without a `command` or `builtin` before it.
    pub(super) fn builtin(&self) -> &[Word] {
        let mut words = self.words.as_slice();
        while let Some(("command" | "builtin", rest)) =
            words.split_first().map(|(first, rest)| (first.literal().unwrap_or_default(), rest))
        {
            let options = rest.iter().take_while(|word| matches!(word.literal(), Some("-p" | "--"))).count();
            words = rest.get(options..).unwrap_or_default();
        }
        words
    }
}
