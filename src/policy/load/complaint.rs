//! What is wrong with a policy file, where, and what to write instead.

use crate::model::text;
use std::fmt;

/// Where something stands in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column in characters, from 1.
    pub(crate) column: u32,
    /// How many characters it is long, at least 1; only as far as the end of the line.
    pub(crate) width: u32,
}

/// One thing that is wrong with a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The stable code, such as `P010`.
    pub code: &'static str,
    /// The file, or the name of the built-in policy.
    pub file: String,
    /// Line, from 1; 0 where the complaint is about the whole file.
    pub line: u32,
    /// Column in characters, from 1; 0 where the complaint is about the whole file.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub fix: Option<String>,
    /// The line of the file, raw.
    pub excerpt: Option<String>,
    /// How many characters the caret underlines.
    pub width: u32,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = text::escape(self.file.as_bytes());
        write!(f, "{} {file}", self.code)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, " {}", text::escape(self.message.as_bytes()))?;
        if let Some(excerpt) = &self.excerpt {
            self.excerpt(f, excerpt)?;
        }
        if let Some(fix) = &self.fix {
            write!(f, "\n      = {}", text::escape(fix.as_bytes()))?;
        }
        Ok(())
    }
}

/// The most characters of a policy line that an excerpt shows.
const EXCERPT_LIMIT: usize = 160;

impl Complaint {
    /// Writes the line with a caret below. The caret stands where the escaped text puts it.
    fn excerpt(&self, f: &mut fmt::Formatter<'_>, line: &str) -> fmt::Result {
        let before: String = line.chars().take(self.column.saturating_sub(1) as usize).collect();
        let marked: String = line.chars().skip(before.chars().count()).take(self.width.max(1) as usize).collect();
        let indent = text::escape(before.as_bytes()).chars().count();
        let width = text::escape(marked.as_bytes()).chars().count().max(1);
        let shown = text::shorten(&text::escape(line.as_bytes()), EXCERPT_LIMIT);
        write!(f, "\n {:>4} | {shown}", self.line)?;
        if indent < EXCERPT_LIMIT {
            let carets = "^".repeat(width.min(EXCERPT_LIMIT - indent));
            write!(f, "\n      | {}{carets}", " ".repeat(indent))?;
        }
        Ok(())
    }
}

/// Everything that is wrong with the policy files, in the order of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadErrors(Vec<Complaint>);

impl LoadErrors {
    pub(crate) fn new(complaints: Vec<Complaint>) -> Self {
        Self(complaints)
    }

    /// Returns the complaints, for `--json`.
    #[must_use]
    pub fn complaints(&self) -> &[Complaint] {
        &self.0
    }
}

impl fmt::Display for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} error{} in the policy", if count == 1 { "" } else { "s" })?;
        self.0.iter().try_for_each(|complaint| write!(f, "\n{complaint}"))
    }
}

impl std::error::Error for LoadErrors {}

/// Gathers the complaints about one file.
pub(crate) struct Complaints<'text> {
    file: String,
    text: &'text str,
    found: Vec<Complaint>,
}

impl<'text> Complaints<'text> {
    pub(crate) fn new(file: &str, text: &'text str) -> Self {
        Self { file: file.to_owned(), text, found: Vec::new() }
    }

    /// Complains about a spot.
    pub(crate) fn at(&mut self, code: &'static str, spot: Spot, message: impl Into<String>, fix: Option<String>) {
        let excerpt = spot.line.checked_sub(1).and_then(|index| self.text.lines().nth(index as usize));
        self.found.push(Complaint {
            code,
            file: self.file.clone(),
            line: spot.line,
            column: spot.column,
            message: message.into(),
            fix,
            excerpt: excerpt.map(str::to_owned),
            width: spot.width,
        });
    }

    /// Complains about the whole file.
    pub(crate) fn whole(&mut self, code: &'static str, message: impl Into<String>, fix: Option<String>) {
        self.at(code, Spot::default(), message, fix);
    }

    /// Says how many complaints there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// Returns the complaints in the order of the file.
    pub(crate) fn into_list(mut self) -> Vec<Complaint> {
        self.found.sort_by_key(|complaint| (complaint.line, complaint.column));
        self.found
    }
}

/// Returns the known word that was probably meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Counts the edits between two words (Levenshtein, with neighbours swapped as one edit).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut older: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, to) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&previous, column) + usize::from(from != to))
                .min(at(&previous, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = row > 0 && column > 0 && right.get(column - 1) == Some(from) && left.get(row - 1) == Some(to);
            if swapped {
                best = best.min(at(&older, column - 1) + 1);
            }
            current.push(best);
        }
        older = std::mem::replace(&mut previous, current);
    }
    previous.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_that_was_meant() {
        let known = ["pattern", "program", "action", "match"];
        assert_eq!(nearest("patern", &known), Some("pattern"));
        assert_eq!(nearest("acton", &known), Some("action"));
        assert_eq!(nearest("mathc", &known), Some("match"));
        assert_eq!(nearest("obligations", &known), None);
    }

    #[test]
    fn foreign_text_is_escaped_and_the_caret_stays_below_it() {
        let mut complaints = Complaints::new("a\u{1b}.yaml", "k: \u{202e}x: y");
        complaints.at("P010", Spot { line: 1, column: 5, width: 1 }, "bad \u{7}", None);
        let shown = LoadErrors::new(complaints.into_list()).to_string();
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']));
        let lines: Vec<&str> = shown.lines().collect();
        let column = lines[2].find('x').unwrap();
        assert_eq!(lines[3].find('^').unwrap(), column);
    }
}
