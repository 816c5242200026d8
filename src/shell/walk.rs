//! The parser's tree → simple commands. Everything in the tree is visited; what is new in the tree does
//! not compile here.

use super::command::{Assignment, Redirection, RedirectionKind, SimpleCommand, Word};
use super::limits;
use super::parse::Unknown;
use super::word::Words;
use brush_parser::ast;

type Done = Result<(), Unknown>;

/// Walks one tree.
pub(super) struct Walker<'a> {
    line: &'a str,
    depth: usize,
    commands: &'a mut Vec<SimpleCommand>,
    /// The targets of the `cd`s so far.
    directories: Vec<Word>,
    moves_home: bool,
}

impl<'a> Walker<'a> {
    pub(super) fn new(line: &'a str, depth: usize, commands: &'a mut Vec<SimpleCommand>) -> Self {
        let moves_home = line.contains("HOME=") || line.contains("PWD=");
        Self { line, depth, commands, directories: Vec::new(), moves_home }
    }

    pub(super) fn program(&mut self, program: &ast::Program) -> Done {
        program.complete_commands.iter().try_for_each(|list| self.list(list))
    }

    fn list(&mut self, list: &ast::CompoundList) -> Done {
        list.0.iter().try_for_each(|ast::CompoundListItem(and_or, _)| self.and_or(and_or))
    }

    /// What runs in a subshell moves the directory only there.
    fn apart(&mut self, walk: impl FnOnce(&mut Self) -> Done) -> Done {
        let kept = self.directories.clone();
        let done = walk(self);
        self.directories = kept;
        done
    }

    fn and_or(&mut self, and_or: &ast::AndOrList) -> Done {
        self.pipeline(&and_or.first)?;
        and_or.additional.iter().try_for_each(|more| match more {
            ast::AndOr::And(pipeline) | ast::AndOr::Or(pipeline) => self.pipeline(pipeline),
        })
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Done {
        if let [only] = pipeline.seq.as_slice() {
            return self.command(only);
        }
        let mut before: Option<usize> = None;
        let mut piped = false;
        for command in &pipeline.seq {
            let first = self.commands.len();
            self.apart(|walker| walker.command(command))?;
            if let Some(writer) = before {
                let literal = self.commands.get(writer).and_then(printed);
                if let Some(reader) = self.commands.get_mut(first)
                    && reader.stdin.is_none()
                {
                    reader.stdin = literal;
                }
            }
            for reader in self.commands.get_mut(first..).unwrap_or_default() {
                reader.fed |= piped;
            }
            piped = true;
            before = matches!(command, ast::Command::Simple(_)).then(|| self.commands.len().checked_sub(1)).flatten();
        }
        Ok(())
    }

    fn command(&mut self, command: &ast::Command) -> Done {
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Compound(compound, redirects) => {
                let first = self.commands.len();
                self.compound(compound)?;
                self.outer_redirects(redirects.as_ref(), first)
            }
            ast::Command::Function(function) => {
                let first = self.commands.len();
                self.compound(&function.body.0)?;
                self.outer_redirects(function.body.1.as_ref(), first)
            }
            ast::Command::ExtendedTest(test, redirects) => {
                let first = self.commands.len();
                self.test(&test.expr)?;
                self.outer_redirects(redirects.as_ref(), first)
            }
        }
    }

    fn compound(&mut self, compound: &ast::CompoundCommand) -> Done {
        match compound {
            ast::CompoundCommand::Arithmetic(arithmetic) => self.arithmetic_command(arithmetic),
            ast::CompoundCommand::ArithmeticForClause(clause) => {
                for part in [&clause.initializer, &clause.condition, &clause.updater].into_iter().flatten() {
                    self.text(&part.value)?;
                }
                self.list(&clause.body.list)
            }
            ast::CompoundCommand::BraceGroup(group) => self.list(&group.list),
            ast::CompoundCommand::Subshell(subshell) => self.apart(|walker| walker.list(&subshell.list)),
            ast::CompoundCommand::ForClause(clause) => {
                for word in clause.values.iter().flatten() {
                    self.text(&word.value)?;
                }
                self.list(&clause.body.list)
            }
            ast::CompoundCommand::CaseClause(clause) => {
                self.text(&clause.value.value)?;
                for case in &clause.cases {
                    case.patterns.iter().try_for_each(|pattern| self.text(&pattern.value))?;
                    case.cmd.iter().try_for_each(|list| self.list(list))?;
                }
                Ok(())
            }
            ast::CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition)?;
                self.list(&clause.then)?;
                for other in clause.elses.iter().flatten() {
                    other.condition.iter().try_for_each(|list| self.list(list))?;
                    self.list(&other.body)?;
                }
                Ok(())
            }
            ast::CompoundCommand::WhileClause(clause) | ast::CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0)?;
                self.list(&clause.1.list)
            }
            ast::CompoundCommand::Coprocess(coprocess) => self.apart(|walker| walker.command(&coprocess.body)),
        }
    }

    /// `(( … ))`. `( ( cmd ) )` comes out of the parser as this too, and is two subshells.
    fn arithmetic_command(&mut self, arithmetic: &ast::ArithmeticCommand) -> Done {
        let text: String = self
            .line
            .chars()
            .skip(arithmetic.loc.start.index)
            .take(arithmetic.loc.end.index.saturating_sub(arithmetic.loc.start.index))
            .collect();
        let text = text.trim_end();
        if !text.starts_with("((") || !text.ends_with("))") {
            return Err(Unknown::new("brackets that are arithmetic or subshells"));
        }
        self.text(&arithmetic.expr.value)
    }

    fn test(&mut self, test: &ast::ExtendedTestExpr) -> Done {
        match test {
            ast::ExtendedTestExpr::And(left, right) | ast::ExtendedTestExpr::Or(left, right) => {
                self.test(left)?;
                self.test(right)
            }
            ast::ExtendedTestExpr::Not(inner) | ast::ExtendedTestExpr::Parenthesized(inner) => self.test(inner),
            ast::ExtendedTestExpr::UnaryTest(_, word) => self.text(&word.value),
            ast::ExtendedTestExpr::BinaryTest(_, left, right) => {
                self.text(&left.value)?;
                self.text(&right.value)
            }
        }
    }

    /// Walks the substitutions of a text that is no word of a command.
    fn text(&mut self, text: &str) -> Done {
        self.word(text).map(|_| ())
    }

    fn word(&mut self, raw: &str) -> Result<Word, Unknown> {
        let mut words = Words { depth: self.depth, commands: self.commands, moves_home: self.moves_home };
        words.word(raw)
    }

    fn simple(&mut self, simple: &ast::SimpleCommand) -> Done {
        let mut command = SimpleCommand { directories: self.directories.clone(), ..SimpleCommand::default() };
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        for item in prefix {
            self.item(item, true, &mut command)?;
        }
        if let Some(word) = &simple.word_or_name {
            let word = self.word(&word.value)?;
            command.words.push(word);
        }
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        for item in suffix {
            self.item(item, false, &mut command)?;
        }
        self.changed_directory(&command);
        self.commands.push(command);
        if self.commands.len() > limits::COMMANDS {
            return Err(Unknown::new("more than 500 commands"));
        }
        Ok(())
    }

    /// Notes where `cd` and `pushd` lead.
    fn changed_directory(&mut self, command: &SimpleCommand) {
        let is = |word: &Word, text: &str| *word == Word::Literal(text.into());
        let Some((program, arguments)) = command.words.split_first() else { return };
        if !["cd", "pushd", "popd"].iter().any(|name| is(program, name)) {
            return;
        }
        let mut operands =
            arguments.iter().filter(|word| !["-L", "-P", "-e", "-@", "--", "-n"].iter().any(|o| is(word, o)));
        let target = match operands.next() {
            _ if is(program, "popd") => Word::Dynamic("popd".to_owned()),
            Some(word) if is(word, "-") => Word::Dynamic("cd -".to_owned()),
            Some(word) => word.clone(),
            None => Word::Literal("~".into()),
        };
        self.directories.push(target);
    }

    fn item(&mut self, item: &ast::CommandPrefixOrSuffixItem, before: bool, command: &mut SimpleCommand) -> Done {
        match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect, command),
            ast::CommandPrefixOrSuffixItem::Word(word) => {
                let word = self.word(&word.value)?;
                command.words.push(word);
                Ok(())
            }
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, word) => {
                let value = self.assigned(assignment)?;
                if before {
                    let name = match &assignment.name {
                        ast::AssignmentName::VariableName(name) | ast::AssignmentName::ArrayElementName(name, _) => {
                            name
                        }
                    };
                    command.assignments.push(Assignment { name: name.clone(), value });
                } else if matches!(value, Word::Dynamic(_) | Word::Quoted(_)) {
                    command.words.push(Word::Dynamic(word.value.clone()));
                } else {
                    // `git commit -m a=b`, `export X=1`: a word like any other.
                    let word = self.word(&word.value).unwrap_or_else(|_| Word::Dynamic(word.value.clone()));
                    command.words.push(word);
                }
                Ok(())
            }
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(_, subshell) => {
                command.words.push(Word::Dynamic("process substitution".to_owned()));
                self.apart(|walker| walker.list(&subshell.list))
            }
        }
    }

    fn assigned(&mut self, assignment: &ast::Assignment) -> Result<Word, Unknown> {
        if let ast::AssignmentName::ArrayElementName(_, index) = &assignment.name {
            self.text(index)?;
        }
        match &assignment.value {
            ast::AssignmentValue::Scalar(word) => self.word(&word.value),
            ast::AssignmentValue::Array(items) => {
                for (index, item) in items {
                    index.iter().try_for_each(|index| self.text(&index.value))?;
                    self.text(&item.value)?;
                }
                Ok(Word::Dynamic("an array".to_owned()))
            }
        }
    }

    /// Redirections around a compound command are kept on each command in it.
    fn outer_redirects(&mut self, redirects: Option<&ast::RedirectList>, first: usize) -> Done {
        let Some(redirects) = redirects else { return Ok(()) };
        let mut holder = SimpleCommand::default();
        let last = self.commands.len();
        redirects.0.iter().try_for_each(|redirect| self.redirect(redirect, &mut holder))?;
        for command in self.commands.get_mut(first..last).unwrap_or_default() {
            command.redirections.extend(holder.redirections.iter().cloned());
            if command.stdin.is_none() {
                command.stdin.clone_from(&holder.stdin);
            }
            command.fed |= holder.fed;
        }
        Ok(())
    }

    fn redirect(&mut self, redirect: &ast::IoRedirect, command: &mut SimpleCommand) -> Done {
        match redirect {
            ast::IoRedirect::File(_, kind, target) => self.file_redirect(kind, target, command),
            ast::IoRedirect::HereDocument(_, document) => {
                command.fed = true;
                command.stdin = if document.requires_expansion {
                    let mut words = Words { depth: self.depth, commands: self.commands, moves_home: self.moves_home };
                    words.here_document(&document.doc.value)?
                } else {
                    Some(document.doc.value.clone())
                };
                Ok(())
            }
            ast::IoRedirect::HereString(_, word) => {
                command.fed = true;
                if let Word::Literal(text) = self.word(&word.value)? {
                    command.stdin = text.into_string().ok();
                }
                Ok(())
            }
            ast::IoRedirect::OutputAndError(word, _) => {
                let target = self.word(&word.value)?;
                command.redirections.push(Redirection { kind: RedirectionKind::Write, target });
                Ok(())
            }
        }
    }

    fn file_redirect(
        &mut self,
        kind: &ast::IoFileRedirectKind,
        target: &ast::IoFileRedirectTarget,
        command: &mut SimpleCommand,
    ) -> Done {
        let kind = match kind {
            ast::IoFileRedirectKind::Read | ast::IoFileRedirectKind::DuplicateInput => RedirectionKind::Read,
            ast::IoFileRedirectKind::Write
            | ast::IoFileRedirectKind::Append
            | ast::IoFileRedirectKind::Clobber
            | ast::IoFileRedirectKind::DuplicateOutput => RedirectionKind::Write,
            ast::IoFileRedirectKind::ReadAndWrite => RedirectionKind::ReadWrite,
        };
        command.fed |= kind != RedirectionKind::Write;
        match target {
            ast::IoFileRedirectTarget::Filename(word) => {
                let target = self.word(&word.value)?;
                command.redirections.push(Redirection { kind, target });
                Ok(())
            }
            ast::IoFileRedirectTarget::Fd(_) => Ok(()),
            ast::IoFileRedirectTarget::Duplicate(word) => {
                let target = self.word(&word.value)?;
                let number = |text: &std::ffi::OsString| {
                    text.to_str().is_some_and(|text| text.trim_end_matches('-').chars().all(|c| c.is_ascii_digit()))
                };
                if !matches!(&target, Word::Literal(text) if number(text)) {
                    command.redirections.push(Redirection { kind, target });
                }
                Ok(())
            }
            ast::IoFileRedirectTarget::ProcessSubstitution(_, subshell) => {
                self.apart(|walker| walker.list(&subshell.list))
            }
        }
    }
}

/// Returns what `echo TEXT`, `printf TEXT` and `cat <<X` print, near enough to be searched and parsed.
fn printed(command: &SimpleCommand) -> Option<String> {
    let mut words = command.words.iter();
    let program = words.next()?;
    let is = |text: &str| *program == Word::Literal(text.into());
    if is("cat") && words.len() == 0 {
        return command.stdin.clone();
    }
    if !is("echo") && !is("printf") {
        return None;
    }
    let words: Option<Vec<&str>> = words
        .map(|word| match word {
            Word::Literal(text) => text.to_str(),
            Word::Pattern(_) | Word::Dynamic(_) | Word::Quoted(_) => None,
        })
        .collect();
    let words: Vec<&str> = words?.into_iter().skip_while(|word| matches!(*word, "-n" | "-e" | "-E" | "-ne")).collect();
    Some(words.join(" "))
}
