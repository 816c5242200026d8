//! A word as it is written → what it will be, and the commands inside it.

use super::ansi;
use super::brace::{self, Braces};
use super::command::{SubstitutionKind, Word};
use super::parameter;
use super::parse::{Cause, Dialect, Unknown};
use super::walker::{Ends, Walker};
use brush_parser::word::{Parameter, ParameterExpr, ParameterTransformOp, TildeExpr, WordPiece, WordPieceWithSource};
use std::ffi::OsString;

/// Commands inside a word.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    pub(super) kind: SubstitutionKind,
    pub(super) ends: Ends,
}

/// What is known of a word while it is put together.
#[derive(Default)]
struct Building {
    text: OsString,
    /// The plain text since the last piece that was something else.
    plain: String,
    dynamic: bool,
    pattern: bool,
    /// Whether nothing stands before: a tilde or `$HOME` here is a whole beginning of a path.
    begun: bool,
}

type Done<T = ()> = Result<T, Unknown>;

impl Walker<'_> {
    /// Reads a word that may become several: braces, `"$@"`.
    pub(super) fn words(&mut self, raw: &str) -> Vec<Word> {
        if let Some(words) = self.arguments(raw) {
            return words;
        }
        match brace::expand(raw) {
            Braces::None => vec![self.word(raw)],
            Braces::Words(_) | Braces::Several if self.facts.dialect != Dialect::Bash => {
                self.bash_only("braces");
                self.word(raw);
                vec![Word::Dynamic(raw.to_owned())]
            }
            Braces::Words(words) => words.iter().map(|raw| self.word(raw)).collect(),
            Braces::Several => {
                self.word(raw);
                vec![Word::Dynamic(raw.to_owned())]
            }
        }
    }

    /// Returns the arguments of the function that this stands in, for `"$@"`.
    fn arguments(&self, raw: &str) -> Option<Vec<Word>> {
        let known = self.state.positional.as_ref()?;
        match raw {
            "\"$@\"" | "\"${@}\"" => Some(known.to_vec()),
            "$@" | "${@}" | "$*" | "${*}" => {
                let plain = |word: &Word| word.literal().is_some_and(|text| self.stays_one_word(text));
                known.iter().all(plain).then(|| known.to_vec())
            }
            _ => None,
        }
    }

    /// Says whether an unquoted variable with this value becomes exactly one word, the value.
    fn stays_one_word(&self, text: &str) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_./@%+:,-=".contains(c);
        self.facts.splits_as_usual && !text.is_empty() && text.chars().all(plain)
    }

    /// Reads a word. What is not understood in it is noted, and the word is then dynamic.
    pub(super) fn word(&mut self, raw: &str) -> Word {
        match self.try_word(raw) {
            Ok(word) => word,
            Err(unknown) => {
                self.reading.note(unknown);
                Word::Dynamic(raw.to_owned())
            }
        }
    }

    fn try_word(&mut self, raw: &str) -> Done<Word> {
        let options = brush_parser::ParserOptions::default();
        let pieces = brush_parser::word::parse(raw, &options).map_err(|_| not_understood(raw))?;
        let mut building = Building::default();
        self.pieces(&pieces, false, &mut building)?;
        // `"$@"` and `"${a[@]}"` are as many words as there are.
        let quoted = matches!(pieces.as_slice(), [only] if is_double_quoted(&only.piece)) && !raw.contains('@');
        Ok(if building.dynamic && quoted {
            Word::Quoted(raw.to_owned())
        } else if building.dynamic {
            Word::Dynamic(raw.to_owned())
        } else if building.pattern {
            Word::Pattern(building.text)
        } else {
            Word::Literal(building.text)
        })
    }

    /// Reads the text of a here-document that is expanded. Returns it where it is literal.
    pub(super) fn here_document(&mut self, raw: &str) -> Option<String> {
        let options = brush_parser::ParserOptions::default();
        let mut building = Building::default();
        let read = brush_parser::word::parse_heredoc(raw, &options)
            .map_err(|_| not_understood(raw))
            .and_then(|pieces| self.pieces(&pieces, true, &mut building));
        match read {
            Ok(()) => (!building.dynamic).then(|| building.text.into_string().ok()).flatten(),
            Err(unknown) => {
                self.reading.note(unknown);
                None
            }
        }
    }

    fn pieces(&mut self, pieces: &[WordPieceWithSource], quoted: bool, building: &mut Building) -> Done {
        for (index, piece) in pieces.iter().enumerate() {
            let next = pieces.get(index + 1).map(|next| &next.piece);
            self.piece(&piece.piece, next, quoted, building)?;
            building.begun = true;
        }
        Ok(())
    }

    fn piece(&mut self, piece: &WordPiece, next: Option<&WordPiece>, quoted: bool, building: &mut Building) -> Done {
        if !matches!(piece, WordPiece::Text(_)) {
            building.plain.clear();
        }
        match piece {
            WordPiece::Text(text) => {
                // The parser takes a substitution that it cannot read for plain text, sometimes piece
                // by piece. A shell does not.
                building.plain.push_str(text);
                if ["$(", "`", "${", "<(", ">("].iter().any(|start| building.plain.contains(start)) {
                    return Err(Unknown::new(Cause::Syntax, "a substitution that is not understood"));
                }
                building.pattern |= !quoted && is_pattern(text);
                building.text.push(text);
            }
            WordPiece::SingleQuotedText(text) => building.text.push(text),
            WordPiece::AnsiCQuotedText(text) => {
                building.text.push(ansi::decode(text).ok_or_else(|| not_understood(text))?);
            }
            WordPiece::DoubleQuotedSequence(pieces) | WordPiece::GettextDoubleQuotedSequence(pieces) => {
                let begun = building.begun;
                for (index, piece) in pieces.iter().enumerate() {
                    let after = pieces.get(index + 1).map(|next| &next.piece).or(next);
                    self.piece(&piece.piece, after, true, building)?;
                    building.begun = true;
                }
                building.begun |= begun;
            }
            WordPiece::TildeExpansion(TildeExpr::Home) => {
                building.text.push("~");
                building.dynamic |= self.facts.moves_home;
            }
            WordPiece::TildeExpansion(TildeExpr::WorkingDir) => building.text.push("."),
            WordPiece::TildeExpansion(_) => building.dynamic = true,
            WordPiece::ParameterExpansion(parameter) => self.parameter(parameter, next, quoted, building)?,
            WordPiece::CommandSubstitution(line) => self.substitution(line, next, quoted, building)?,
            WordPiece::BackquotedCommandSubstitution(line) => {
                self.substitution(&unescape_backquotes(line), next, quoted, building)?;
            }
            WordPiece::EscapeSequence(text) => match text.strip_prefix('\\') {
                Some("\n") => {}
                Some(rest) => building.text.push(rest),
                None => building.text.push(text),
            },
            WordPiece::ArithmeticExpression(expression) => {
                building.dynamic = true;
                self.arithmetic(&expression.value)?;
            }
        }
        Ok(())
    }

    /// Walks `$(…)`, and takes what it prints where that is certain.
    fn substitution(&mut self, line: &str, next: Option<&WordPiece>, quoted: bool, building: &mut Building) -> Done {
        // `$(pwd)` is what `$PWD` is.
        let whole = !building.begun && !self.facts.moves_home && starts_path(next);
        let first = self.reading.commands.len();
        let ends = self.nested(line, false)?;
        let text = match (ends.writers.as_slice(), self.reading.commands.get(first..)) {
            ([_], Some([only])) if whole && super::simple::prints_folder(only) => Some(".".to_owned()),
            ([_], Some([only])) if only.words.len() > 1 || only.has_document() => super::simple::printed(only),
            _ => None,
        };
        self.inside.push(Inside { kind: SubstitutionKind::Output, ends });
        match text {
            Some(text) if quoted || self.stays_one_word(text.trim_end_matches('\n')) => {
                building.text.push(text.trim_end_matches('\n'));
            }
            Some(_) | None => building.dynamic = true,
        }
        Ok(())
    }

    fn parameter(
        &mut self,
        expression: &ParameterExpr,
        next: Option<&WordPiece>,
        quoted: bool,
        building: &mut Building,
    ) -> Done {
        if let ParameterExpr::Parameter { parameter, indirect: false } = expression
            && self.known(parameter, next, quoted, building)
        {
            return Ok(());
        }
        building.dynamic = true;
        self.parameter_dialect(expression);
        if let ParameterExpr::Transform { op: ParameterTransformOp::PromptExpand, .. } = expression {
            return Err(Unknown::new(Cause::Dynamic, "a prompt expansion, which may run commands"));
        }
        // Whatever text stands in the expansion may hold a substitution.
        let inside = parameter::texts(expression);
        if inside.is_empty() {
            let text = format!("{expression:?}");
            if text.contains("$(") || text.contains('`') {
                return Err(Unknown::new(Cause::Syntax, "a substitution inside a parameter expansion"));
            }
        }
        if let Some(index) = parameter::index(expression) {
            self.evaluated(&format!("[{index}"));
        }
        for one in inside {
            let hides = one.contains('\'') && (one.contains("$(") || one.contains('`'));
            if quoted && hides {
                return Err(Unknown::new(Cause::Syntax, "a quote and a substitution inside a parameter expansion"));
            }
            self.inner(&one)?;
        }
        Ok(())
    }

    /// Puts in the value of a variable that is known.
    fn known(&self, parameter: &Parameter, next: Option<&WordPiece>, quoted: bool, building: &mut Building) -> bool {
        let value = match parameter {
            Parameter::Named(name) => {
                let folder = match name.as_str() {
                    "HOME" => Some("~"),
                    "PWD" if !self.facts.moves_home => Some("."),
                    _ => None,
                };
                if let Some(folder) = folder {
                    let whole = !building.begun && !self.facts.moves_home && starts_path(next);
                    if whole {
                        building.text.push(folder);
                    }
                    return whole;
                }
                self.state.constants.get(name).and_then(|value| value.to_str())
            }
            Parameter::Positional(number) => {
                let known = self.state.positional.as_ref();
                let index = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
                known.zip(index).and_then(|(known, index)| known.get(index)).and_then(Word::literal)
            }
            Parameter::Special(_) | Parameter::NamedWithIndex { .. } | Parameter::NamedWithAllIndices { .. } => None,
        };
        // A `~` stands for a folder, and only at the beginning.
        let fits = |value: &&str| (quoted || self.stays_one_word(value)) && !(building.begun && value.starts_with('~'));
        let Some(value) = value.filter(fits) else { return false };
        building.text.push(value);
        true
    }

    /// Walks what stands in `$((…))` or `((…))`.
    pub(super) fn arithmetic(&mut self, text: &str) -> Done {
        self.evaluated(text);
        if !text.contains(['$', '`']) {
            return Ok(());
        }
        // `<<` is a shift here, and a here-document in a substitution: `inner` refuses both.
        self.inner(text)
    }

    /// Collects the commands in a text that stands inside an expansion.
    fn inner(&mut self, text: &str) -> Done {
        if !text.contains(['$', '`', '<', '>']) {
            return Ok(());
        }
        if ["<(", ">(", "<<"].iter().any(|start| text.contains(start)) {
            return Err(Unknown::new(Cause::Syntax, "a redirection inside an expansion"));
        }
        let options = brush_parser::ParserOptions::default();
        let pieces = brush_parser::word::parse(text, &options).map_err(|_| not_understood(text))?;
        self.pieces(&pieces, false, &mut Building::default())
    }
}

/// Says whether a shell would look for file names. `[` alone is the program of that name.
fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '(']) || text.split_once('[').is_some_and(|(_, rest)| rest.contains(']'))
}

fn is_double_quoted(piece: &WordPiece) -> bool {
    matches!(piece, WordPiece::DoubleQuotedSequence(_) | WordPiece::GettextDoubleQuotedSequence(_))
}

fn not_understood(text: &str) -> Unknown {
    Unknown::new(Cause::Syntax, format!("the word `{}` is not understood", crate::model::text::shorten(text, 60)))
}

/// Says whether what follows lets a variable before it be a whole folder: nothing, a slash, or the colon
/// behind which something else begins (`docker run -v $PWD:/app`).
fn starts_path(next: Option<&WordPiece>) -> bool {
    match next {
        None => true,
        Some(WordPiece::Text(text) | WordPiece::SingleQuotedText(text)) => text.starts_with(['/', ':']),
        Some(WordPiece::DoubleQuotedSequence(pieces)) => starts_path(pieces.first().map(|piece| &piece.piece)),
        Some(_) => false,
    }
}

/// In backquotes, `\` before `` ` ``, `$` and `\` is removed before the text is read (bash(1), Command
/// Substitution).
fn unescape_backquotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.peek().is_some_and(|next| matches!(next, '`' | '$' | '\\')) {
            out.extend(characters.next());
        } else {
            out.push(character);
        }
    }
    out
}
