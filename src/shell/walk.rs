//! The parser's tree → simple commands: lists, pipelines, compound commands. Everything in the tree is visited;
//! what is new in the tree does not compile here.

use super::parse::{Cause, Unknown};
use super::simple::printed;
use super::state::{Function, Positions};
use super::walker::{Done, Ends, Walked, Walker};
use brush_parser::ast;
use std::rc::Rc;

impl Walker<'_> {
    /// Walks a list, and leaves the shell as it is after it.
    pub(super) fn list(&mut self, list: &ast::CompoundList) -> Done<Walked> {
        let mut last = Walked { ok: self.state.positions.clone(), bad: Positions::default(), ends: Ends::default() };
        let mut ends = Ends::default();
        for ast::CompoundListItem(and_or, separator) in &list.0 {
            last = match separator {
                ast::SeparatorOperator::Sequence => self.and_or(and_or)?,
                // What runs in the background has a shell of its own.
                ast::SeparatorOperator::Async => self.apart(|walker| walker.and_or(and_or))?,
            };
            self.state.positions = last.ok.clone().or(&last.bad);
            ends.add(std::mem::take(&mut last.ends));
        }
        last.ends = ends;
        Ok(last)
    }

    fn and_or(&mut self, and_or: &ast::AndOrList) -> Done<Walked> {
        let mut so_far = self.pipeline(&and_or.first)?;
        for more in &and_or.additional {
            let next = match more {
                ast::AndOr::And(pipeline) => {
                    self.state.positions = so_far.ok.clone();
                    let next = self.perhaps(|walker| walker.pipeline(pipeline))?;
                    so_far.ok = next.ok;
                    so_far.bad = so_far.bad.or(&next.bad);
                    next.ends
                }
                ast::AndOr::Or(pipeline) => {
                    self.state.positions = so_far.bad.clone();
                    let next = self.perhaps(|walker| walker.pipeline(pipeline))?;
                    so_far.ok = so_far.ok.or(&next.ok);
                    so_far.bad = next.bad;
                    next.ends
                }
            };
            so_far.ends.add(next);
        }
        Ok(so_far)
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Done<Walked> {
        let mut walked = match pipeline.seq.as_slice() {
            [only] => self.command(only)?,
            several => self.piped(several)?,
        };
        if pipeline.timed.is_some() {
            self.bash_only("`time`");
        }
        if pipeline.bang {
            std::mem::swap(&mut walked.ok, &mut walked.bad);
        }
        Ok(walked)
    }

    fn piped(&mut self, commands: &[ast::Command]) -> Done<Walked> {
        let mut readers: Option<Vec<usize>> = None;
        let mut writers = Vec::new();
        for command in commands {
            let first = self.reading.commands.len();
            let ends = self.apart(|walker| walker.command(command))?.ends;
            if readers.is_some() {
                self.feed(&ends.readers, &writers);
                for reader in self.reading.commands.get_mut(first..).unwrap_or_default() {
                    reader.fed = true;
                }
            }
            readers.get_or_insert(ends.readers);
            writers = ends.writers;
        }
        let positions = self.state.positions.clone();
        let ends = Ends { readers: readers.unwrap_or_default(), writers };
        Ok(Walked { ok: positions.clone(), bad: positions, ends })
    }

    /// Makes the output of some commands the input of others.
    pub(super) fn feed(&mut self, readers: &[usize], writers: &[usize]) {
        let text = match writers {
            [one] => self.reading.commands.get(*one).and_then(printed),
            _ => None,
        };
        for index in readers {
            let Some(reader) = self.reading.commands.get_mut(*index) else { continue };
            reader.fed = true;
            // Its own redirection wins over the pipe.
            if reader.redirections.iter().any(|redirection| redirection.fd == 0) || reader.has_document() {
                continue;
            }
            for writer in writers {
                if writer != index && !reader.upstream.contains(writer) {
                    reader.upstream.push(*writer);
                }
            }
            reader.stdin = text.clone();
        }
    }

    pub(super) fn command(&mut self, command: &ast::Command) -> Done<Walked> {
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Compound(compound, redirects) => {
                let first = self.reading.commands.len();
                let mut walked = self.compound(compound)?;
                self.outer_redirects(redirects.as_ref(), first, &mut walked.ends)?;
                Ok(walked)
            }
            ast::Command::Function(function) => {
                let body = Rc::new(function.body.clone());
                let name = function.fname.value.clone();
                let certain = self.conditional == 0 && self.calls == 0;
                self.defined.insert(name.clone(), (Rc::clone(&body), false));
                self.state.functions.insert(name, Function { body, certain });
                Ok(self.unmoved(Ends::default()))
            }
            ast::Command::ExtendedTest(test, redirects) => {
                self.bash_only("`[[`");
                self.test(&test.expr)?;
                let mut ends = self.drain();
                let first = self.reading.commands.len();
                self.outer_redirects(redirects.as_ref(), first, &mut ends)?;
                Ok(self.unmoved(ends))
            }
        }
    }

    pub(super) fn unmoved(&self, ends: Ends) -> Walked {
        Walked { ok: self.state.positions.clone(), bad: self.state.positions.clone(), ends }
    }

    /// Walks a body that runs any number of times. After the first, it starts where it ended.
    fn looped(&mut self, walk: impl FnOnce(&mut Self) -> Done<Ends>) -> Done<Walked> {
        let (first, before) = (self.reading.commands.len(), self.state.positions.clone());
        let ends = self.perhaps(walk)?;
        if !self.state.positions.is(&before) {
            for command in self.reading.commands.get_mut(first..).unwrap_or_default() {
                command.places = Positions::anywhere_too(&command.places);
            }
            self.state.positions = before.or(&self.state.positions).or_anywhere();
        }
        Ok(self.unmoved(ends))
    }

    pub(super) fn compound(&mut self, compound: &ast::CompoundCommand) -> Done<Walked> {
        self.compound_dialect(compound);
        match compound {
            ast::CompoundCommand::Arithmetic(arithmetic) => {
                self.arithmetic_command(arithmetic)?;
                let ends = self.drain();
                Ok(self.unmoved(ends))
            }
            ast::CompoundCommand::ArithmeticForClause(clause) => self.looped(|walker| {
                for part in [&clause.initializer, &clause.condition, &clause.updater].into_iter().flatten() {
                    walker.arithmetic(&part.value)?;
                }
                let mut ends = walker.drain();
                ends.add(walker.list(&clause.body.list)?.ends);
                Ok(ends)
            }),
            ast::CompoundCommand::BraceGroup(group) => self.list(&group.list),
            ast::CompoundCommand::Subshell(subshell) => self.apart(|walker| walker.list(&subshell.list)),
            ast::CompoundCommand::ForClause(clause) => {
                for word in clause.values.iter().flatten() {
                    self.text(&word.value);
                }
                let mut ends = self.drain();
                let walked = self.looped(|walker| Ok(walker.list(&clause.body.list)?.ends))?;
                ends.add(walked.ends);
                Ok(Walked { ends, ..walked })
            }
            ast::CompoundCommand::CaseClause(clause) => self.case(clause),
            ast::CompoundCommand::IfClause(clause) => self.conditional(clause),
            ast::CompoundCommand::WhileClause(clause) | ast::CompoundCommand::UntilClause(clause) => {
                self.looped(|walker| {
                    let mut ends = walker.list(&clause.0)?.ends;
                    ends.add(walker.list(&clause.1.list)?.ends);
                    Ok(ends)
                })
            }
            ast::CompoundCommand::Coprocess(coprocess) => self.apart(|walker| walker.command(&coprocess.body)),
        }
    }

    fn case(&mut self, clause: &ast::CaseClauseCommand) -> Done<Walked> {
        self.text(&clause.value.value);
        let mut ends = self.drain();
        let start = self.state.positions.clone();
        let mut after = start.clone();
        for case in &clause.cases {
            case.patterns.iter().for_each(|pattern| self.text(&pattern.value));
            ends.add(self.drain());
            // `;&` falls through from the one before.
            self.state.positions = after.clone();
            if let Some(list) = &case.cmd {
                ends.add(self.perhaps(|walker| walker.list(list))?.ends);
            }
            after = after.or(&self.state.positions);
        }
        self.state.positions = after;
        Ok(self.unmoved(ends))
    }

    fn conditional(&mut self, clause: &ast::IfClauseCommand) -> Done<Walked> {
        let condition = self.list(&clause.condition)?;
        let mut ends = condition.ends;
        self.state.positions = condition.ok;
        ends.add(self.perhaps(|walker| walker.list(&clause.then))?.ends);
        let mut after = self.state.positions.clone();
        let mut otherwise = condition.bad;
        let mut last = false;
        for other in clause.elses.iter().flatten() {
            self.state.positions = otherwise.clone();
            match &other.condition {
                Some(list) => {
                    let condition = self.perhaps(|walker| walker.list(list))?;
                    ends.add(condition.ends);
                    self.state.positions = condition.ok;
                    otherwise = condition.bad;
                }
                None => last = true,
            }
            ends.add(self.perhaps(|walker| walker.list(&other.body))?.ends);
            after = after.or(&self.state.positions);
        }
        self.state.positions = if last { after } else { after.or(&otherwise) };
        Ok(self.unmoved(ends))
    }

    /// `(( … ))`. `( ( cmd ) )` comes out of the parser as this too, and is two subshells.
    fn arithmetic_command(&mut self, arithmetic: &ast::ArithmeticCommand) -> Done {
        let (start, end) = (arithmetic.loc.start.index, arithmetic.loc.end.index);
        let text: String = self.line.chars().skip(start).take(end.saturating_sub(start)).collect();
        let text = text.trim_end();
        if !text.starts_with("((") || !text.ends_with("))") {
            return Err(Unknown::new(Cause::Syntax, "brackets that are arithmetic or subshells"));
        }
        self.arithmetic(&arithmetic.expr.value)
    }

    fn test(&mut self, test: &ast::ExtendedTestExpr) -> Done {
        match test {
            ast::ExtendedTestExpr::And(left, right) | ast::ExtendedTestExpr::Or(left, right) => {
                self.test(left)?;
                self.test(right)
            }
            ast::ExtendedTestExpr::Not(inner) | ast::ExtendedTestExpr::Parenthesized(inner) => self.test(inner),
            ast::ExtendedTestExpr::UnaryTest(predicate, word) => {
                if matches!(predicate, ast::UnaryPredicate::ShellVariableIsSetAndAssigned) {
                    self.subscript(&word.value);
                }
                self.text(&word.value);
                Ok(())
            }
            ast::ExtendedTestExpr::BinaryTest(_, left, right) => {
                self.text(&left.value);
                self.text(&right.value);
                Ok(())
            }
        }
    }

    /// Walks the substitutions of a text that is no word of a command.
    pub(super) fn text(&mut self, text: &str) {
        self.word(text);
    }
}
