//! What two parsers must agree on: the shape of a text, written down flat.
//!
//! Every simple command with its words and assignments as they are written, its redirections and the texts of
//! its here-documents, in the order of the text, and how lists, pipelines and compound commands hold them. What
//! stands in a word is only there as text: each body of a substitution is a text of its own, with an outline
//! of its own. `2>&1` and its like are left out: they name no file.

use brush_parser::ast;

/// The shape of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Outline(String);

impl Outline {
    /// Adds a part of the structure.
    pub(super) fn mark(&mut self, mark: &str) {
        self.0.push('\u{1e}');
        self.0.push_str(mark);
    }

    /// Adds a text of the line.
    pub(super) fn text(&mut self, text: &str) {
        self.0.push('\u{1f}');
        self.0.push_str(text);
    }

    /// Adds `NAME=(…)`, which one parser keeps as it is written and the other puts together again.
    pub(super) fn array(&mut self, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text(&text.replace("( ", "(").replace(" )", ")"));
    }

    /// Adds an arithmetic text.
    pub(super) fn arithmetic(&mut self, text: &str) {
        let text = text.trim();
        // An empty part of `for ((;;))` is 1 for one of the parsers.
        self.text(if text.is_empty() { "1" } else { text });
    }

    /// Adds a redirection to or from a word.
    pub(super) fn redirect(&mut self, fd: Option<i32>, operator: &str, target: &str) {
        let duplicates = operator.ends_with('&') || operator.ends_with("&-");
        let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if duplicates && number(target.strip_suffix('-').unwrap_or(target)) {
            return;
        }
        self.mark(operator);
        if let Some(fd) = fd {
            self.0.push_str(&fd.to_string());
        }
        self.text(target);
    }

    /// Says whether the texts in it would be unescaped before a shell reads them, in backquotes.
    pub(super) fn has_escapes(&self) -> bool {
        ["\\`", "\\$", "\\\\"].iter().any(|escape| self.0.contains(escape))
    }

    /// Returns the outline of a tree.
    pub(super) fn of(program: &ast::Program) -> Self {
        let mut outline = Self::default();
        program.complete_commands.iter().for_each(|list| outline.list(list));
        outline
    }

    fn list(&mut self, list: &ast::CompoundList) {
        for ast::CompoundListItem(and_or, separator) in &list.0 {
            self.pipeline(&and_or.first);
            for more in &and_or.additional {
                let (mark, pipeline) = match more {
                    ast::AndOr::And(pipeline) => ("&&", pipeline),
                    ast::AndOr::Or(pipeline) => ("||", pipeline),
                };
                self.mark(mark);
                self.pipeline(pipeline);
            }
            match separator {
                ast::SeparatorOperator::Async => self.mark("&"),
                ast::SeparatorOperator::Sequence => {}
            }
        }
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) {
        if pipeline.timed.is_some() {
            self.mark("time");
        }
        if pipeline.bang {
            self.mark("!");
        }
        for (index, command) in pipeline.seq.iter().enumerate() {
            if index > 0 {
                self.mark("|");
            }
            self.command(command);
        }
    }

    fn command(&mut self, command: &ast::Command) {
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects(redirects.as_ref());
            }
            ast::Command::Function(function) => {
                self.mark("function");
                self.text(&function.fname.value);
                self.compound(&function.body.0);
                self.redirects(function.body.1.as_ref());
            }
            ast::Command::ExtendedTest(test, redirects) => {
                self.mark("[[");
                self.test(&test.expr);
                self.mark("]]");
                self.redirects(redirects.as_ref());
            }
        }
    }

    fn simple(&mut self, simple: &ast::SimpleCommand) {
        self.mark("command");
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        let items: Vec<_> = prefix.clone().chain(suffix.clone()).collect();
        for item in prefix {
            self.word_item(item);
        }
        if let Some(word) = &simple.word_or_name {
            self.text(&word.value);
        }
        for item in suffix {
            self.word_item(item);
        }
        for item in items {
            if let ast::CommandPrefixOrSuffixItem::IoRedirect(redirect) = item {
                self.io_redirect(redirect);
            }
        }
    }

    fn word_item(&mut self, item: &ast::CommandPrefixOrSuffixItem) {
        match item {
            ast::CommandPrefixOrSuffixItem::IoRedirect(_) => {}
            ast::CommandPrefixOrSuffixItem::Word(word) => self.text(&word.value),
            ast::CommandPrefixOrSuffixItem::AssignmentWord(assignment, word) => match &assignment.value {
                ast::AssignmentValue::Scalar(_) => self.text(&word.value),
                ast::AssignmentValue::Array(_) => self.array(&word.value),
            },
            ast::CommandPrefixOrSuffixItem::ProcessSubstitution(kind, subshell) => self.process(kind, subshell),
        }
    }

    fn process(&mut self, kind: &ast::ProcessSubstitutionKind, subshell: &ast::SubshellCommand) {
        self.mark(match kind {
            ast::ProcessSubstitutionKind::Read => "<(",
            ast::ProcessSubstitutionKind::Write => ">(",
        });
        self.list(&subshell.list);
        self.mark(")");
    }

    fn body(&mut self, open: &str, list: &ast::CompoundList, close: &str) {
        self.mark(open);
        self.list(list);
        self.mark(close);
    }

    fn compound(&mut self, compound: &ast::CompoundCommand) {
        match compound {
            ast::CompoundCommand::Arithmetic(arithmetic) => {
                self.mark("((");
                self.arithmetic(&arithmetic.expr.value);
            }
            ast::CompoundCommand::ArithmeticForClause(clause) => {
                self.mark("for((");
                for part in [&clause.initializer, &clause.condition, &clause.updater] {
                    self.arithmetic(part.as_ref().map_or("", |part| &part.value));
                }
                self.body("do", &clause.body.list, "done");
            }
            ast::CompoundCommand::BraceGroup(group) => self.body("{", &group.list, "}"),
            ast::CompoundCommand::Subshell(subshell) => self.body("(", &subshell.list, ")"),
            ast::CompoundCommand::ForClause(clause) => {
                self.mark("for");
                self.text(&clause.variable_name);
                if clause.values.is_none() {
                    self.text("\"$@\"");
                }
                clause.values.iter().flatten().for_each(|word| self.text(&word.value));
                self.body("do", &clause.body.list, "done");
            }
            ast::CompoundCommand::CaseClause(clause) => {
                self.mark("case");
                self.text(&clause.value.value);
                for case in &clause.cases {
                    self.mark("in");
                    case.patterns.iter().for_each(|pattern| self.text(&pattern.value));
                    self.mark(")");
                    case.cmd.iter().for_each(|list| self.list(list));
                }
                self.mark("esac");
            }
            ast::CompoundCommand::IfClause(clause) => self.conditional(clause),
            ast::CompoundCommand::WhileClause(clause) => {
                self.body("while", &clause.0, "do");
                self.body("", &clause.1.list, "done");
            }
            ast::CompoundCommand::UntilClause(clause) => {
                self.body("until", &clause.0, "do");
                self.body("", &clause.1.list, "done");
            }
            ast::CompoundCommand::Coprocess(coprocess) => {
                self.mark("coproc");
                self.text(coprocess.name.as_ref().map_or("", |name| &name.value));
                self.command(&coprocess.body);
            }
        }
    }

    /// `elif` is the same as `else if … fi`.
    fn conditional(&mut self, clause: &ast::IfClauseCommand) {
        self.body("if", &clause.condition, "then");
        self.list(&clause.then);
        let mut open = 1;
        for other in clause.elses.iter().flatten() {
            self.mark("else");
            if let Some(condition) = &other.condition {
                self.body("if", condition, "then");
                open += 1;
            }
            self.list(&other.body);
        }
        (0..open).for_each(|_| self.mark("fi"));
    }

    fn test(&mut self, test: &ast::ExtendedTestExpr) {
        match test {
            ast::ExtendedTestExpr::And(left, right) => {
                self.test(left);
                self.mark("&&");
                self.test(right);
            }
            ast::ExtendedTestExpr::Or(left, right) => {
                self.test(left);
                self.mark("||");
                self.test(right);
            }
            ast::ExtendedTestExpr::Not(inner) => {
                self.mark("!");
                self.test(inner);
            }
            ast::ExtendedTestExpr::Parenthesized(inner) => {
                self.mark("(");
                self.test(inner);
                self.mark(")");
            }
            ast::ExtendedTestExpr::UnaryTest(_, word) => self.text(&word.value),
            ast::ExtendedTestExpr::BinaryTest(_, left, right) => {
                self.text(&left.value);
                self.text(&right.value);
            }
        }
    }

    fn redirects(&mut self, redirects: Option<&ast::RedirectList>) {
        redirects.iter().flat_map(|redirects| &redirects.0).for_each(|redirect| self.io_redirect(redirect));
    }

    fn io_redirect(&mut self, redirect: &ast::IoRedirect) {
        match redirect {
            ast::IoRedirect::File(fd, kind, target) => {
                let operator = match kind {
                    ast::IoFileRedirectKind::Read => "<",
                    ast::IoFileRedirectKind::Write => ">",
                    ast::IoFileRedirectKind::Append => ">>",
                    ast::IoFileRedirectKind::ReadAndWrite => "<>",
                    ast::IoFileRedirectKind::Clobber => ">|",
                    ast::IoFileRedirectKind::DuplicateInput => "<&",
                    ast::IoFileRedirectKind::DuplicateOutput => ">&",
                };
                match target {
                    ast::IoFileRedirectTarget::Filename(word) | ast::IoFileRedirectTarget::Duplicate(word) => {
                        self.redirect(*fd, operator, &word.value);
                    }
                    ast::IoFileRedirectTarget::Fd(_) => {}
                    ast::IoFileRedirectTarget::ProcessSubstitution(kind, subshell) => {
                        self.mark(operator);
                        self.process(kind, subshell);
                    }
                }
            }
            ast::IoRedirect::HereDocument(fd, document) => {
                self.document(*fd, !document.requires_expansion, &document.doc.value);
            }
            ast::IoRedirect::HereString(fd, word) => self.redirect(*fd, "<<<", &word.value),
            ast::IoRedirect::OutputAndError(word, append) => {
                self.redirect(None, if *append { "&>>" } else { "&>" }, &word.value);
            }
        }
    }

    /// Adds a here-document.
    pub(super) fn document(&mut self, fd: Option<i32>, quoted: bool, text: &str) {
        if quoted {
            self.redirect(fd, "<<'", text);
        } else {
            // One parser has taken line continuations out already.
            self.redirect(fd, "<<", &text.replace("\\\n", ""));
        }
    }
}
