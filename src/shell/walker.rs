//! What walks a tree: where it stands, what it found, texts in texts, and the second opinion on each.

use super::facts::Facts;
use super::outline::Outline;
use super::parse::{Cause, Reading, Unknown, check, tree};
use super::second::{self, Opinion};
use super::state::{Positions, State};
use super::word::Inside;
use brush_parser::ast;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The commands at the two ends of a part of a line. Positions in the line's list.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// Those that read its standard input.
    pub(super) readers: Vec<usize>,
    /// Those that write its standard output.
    pub(super) writers: Vec<usize>,
}

impl Ends {
    pub(super) fn one(index: usize) -> Self {
        Self { readers: vec![index], writers: vec![index] }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.readers.extend(other.readers);
        self.writers.extend(other.writers);
    }
}

/// A part of a line that was walked.
#[derive(Clone, Debug)]
pub(super) struct Walked {
    /// The folders after it where it succeeded.
    pub(super) ok: Positions,
    /// The folders after it where it failed.
    pub(super) bad: Positions,
    pub(super) ends: Ends,
}

pub(super) type Done<T = ()> = Result<T, Unknown>;

/// Walks one tree.
pub(super) struct Walker<'a> {
    pub(super) line: String,
    pub(super) facts: &'a Facts,
    pub(super) reading: &'a mut Reading,
    pub(super) state: State,
    /// How deep this text stands in other texts.
    pub(super) depth: usize,
    /// How deep this stands in bodies of functions that are called.
    pub(super) calls: usize,
    /// How deep this stands in what may not run.
    pub(super) conditional: usize,
    /// The substitutions of the words that were read since somebody asked.
    pub(super) inside: Vec<Inside>,
    /// Functions that were defined, and whether a call was followed.
    pub(super) defined: BTreeMap<String, (Rc<ast::FunctionBody>, bool)>,
    /// The outlines of the texts that were walked.
    outlines: BTreeSet<Outline>,
    /// The outlines of the substitutions that the second parser saw.
    expected: Vec<Outline>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(line: &str, facts: &'a Facts, reading: &'a mut Reading) -> Self {
        Self {
            line: line.to_owned(),
            facts,
            reading,
            state: State::new(),
            depth: 0,
            calls: 0,
            conditional: 0,
            inside: Vec::new(),
            defined: BTreeMap::new(),
            outlines: BTreeSet::new(),
            expected: Vec::new(),
        }
    }

    /// Walks this walker's own text.
    pub(super) fn text_as_line(&mut self) -> Done<Ends> {
        check(&self.line, self.depth)?;
        let opinion = second::opinion(&self.line);
        // The first parser fails on here-documents that have no end in strange places.
        if opinion.is_none() && self.line.contains("<<") {
            return Err(Unknown::new(Cause::Syntax, "a here-document that is not understood"));
        }
        let program = tree(&self.line)?;
        self.compare(&program, opinion);
        self.check_dialect();
        let mut ends = Ends::default();
        for list in &program.complete_commands {
            let walked = self.list(list)?;
            ends.add(walked.ends);
        }
        Ok(ends)
    }

    /// Asks the second parser.
    fn compare(&mut self, program: &ast::Program, opinion: Option<Opinion>) {
        let first = Outline::of(program);
        match opinion {
            Some(opinion) if opinion.outline == first => self.expected.extend(opinion.inside),
            Some(_) => self.note(Cause::Disagreement, "two parsers see different commands in it"),
            None => self.note(Cause::Disagreement, "only one of two parsers reads it"),
        }
        self.outlines.insert(first);
    }

    /// Notes substitutions that only the second parser saw.
    pub(super) fn compare_inside(&mut self) {
        let known = |outline: &Outline| outline.has_escapes() || self.outlines.contains(outline);
        if !self.expected.iter().all(known) {
            self.note(Cause::Disagreement, "two parsers see different commands in its words");
        }
    }

    /// Walks a text that stands in this one and runs in a shell of its own, or in the same.
    pub(super) fn nested(&mut self, text: &str, same_shell: bool) -> Done<Ends> {
        let line = std::mem::replace(&mut self.line, text.to_owned());
        let inside = std::mem::take(&mut self.inside);
        let kept = (!same_shell).then(|| self.state.clone());
        self.depth += 1;
        let done = self.text_as_line();
        self.depth -= 1;
        if let Some(kept) = kept {
            self.state = kept;
        }
        self.inside = inside;
        self.line = line;
        done
    }

    pub(super) fn note(&mut self, cause: Cause, reason: impl Into<String>) {
        self.reading.note(Unknown::new(cause, reason));
    }

    /// What runs in a subshell changes the shell only there.
    pub(super) fn apart(&mut self, walk: impl FnOnce(&mut Self) -> Done<Walked>) -> Done<Walked> {
        let kept = self.state.clone();
        let done = walk(self);
        self.state = kept;
        let positions = self.state.positions.clone();
        done.map(|walked| Walked { ok: positions.clone(), bad: positions, ends: walked.ends })
    }

    /// What may not run.
    pub(super) fn perhaps<T>(&mut self, walk: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.conditional += 1;
        let done = walk(self);
        self.conditional -= 1;
        done
    }
}
