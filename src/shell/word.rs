//! A word as it is written → what it will be, and the commands inside it.

use super::ansi;
use super::command::{SimpleCommand, Word};
use super::parse::{Unknown, parse_into};
use brush_parser::word::{
    BraceExpressionOrText, Parameter, ParameterExpr, ParameterTransformOp, TildeExpr, WordPiece, WordPieceWithSource,
};
use std::ffi::OsString;

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

/// Reads words, and collects the commands in their substitutions.
pub(super) struct Words<'a> {
    pub(super) depth: usize,
    pub(super) commands: &'a mut Vec<SimpleCommand>,
    /// Whether the line itself sets HOME or PWD, so that they are not what they seem.
    pub(super) moves_home: bool,
}

impl Words<'_> {
    /// Reads a word.
    pub(super) fn word(&mut self, raw: &str) -> Result<Word, Unknown> {
        let options = brush_parser::ParserOptions::default();
        let pieces = brush_parser::word::parse(raw, &options).map_err(|_| not_understood(raw))?;
        let mut building = Building::default();
        self.pieces(&pieces, false, &mut building)?;
        building.dynamic |= braces(raw, &options)?;
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
    pub(super) fn here_document(&mut self, raw: &str) -> Result<Option<String>, Unknown> {
        let options = brush_parser::ParserOptions::default();
        let pieces = brush_parser::word::parse_heredoc(raw, &options).map_err(|_| not_understood(raw))?;
        let mut building = Building::default();
        self.pieces(&pieces, true, &mut building)?;
        Ok((!building.dynamic).then(|| building.text.into_string().ok()).flatten())
    }

    fn pieces(&mut self, pieces: &[WordPieceWithSource], quoted: bool, building: &mut Building) -> Result<(), Unknown> {
        for (index, piece) in pieces.iter().enumerate() {
            let next = pieces.get(index + 1).map(|next| &next.piece);
            self.piece(&piece.piece, next, quoted, building)?;
            building.begun = true;
        }
        Ok(())
    }

    fn piece(
        &mut self,
        piece: &WordPiece,
        next: Option<&WordPiece>,
        quoted: bool,
        building: &mut Building,
    ) -> Result<(), Unknown> {
        if !matches!(piece, WordPiece::Text(_)) {
            building.plain.clear();
        }
        match piece {
            WordPiece::Text(text) => {
                // The parser takes a substitution that it cannot read for plain text, sometimes piece
                // by piece. A shell does not.
                building.plain.push_str(text);
                if ["$(", "`", "${", "<(", ">("].iter().any(|start| building.plain.contains(start)) {
                    return Err(Unknown::new("a substitution that is not understood"));
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
            WordPiece::TildeExpansion(TildeExpr::Home) => building.text.push("~"),
            WordPiece::TildeExpansion(TildeExpr::WorkingDir) => building.text.push("."),
            WordPiece::TildeExpansion(_) => building.dynamic = true,
            WordPiece::ParameterExpansion(parameter) => self.parameter(parameter, next, quoted, building)?,
            WordPiece::CommandSubstitution(line) => {
                building.dynamic = true;
                parse_into(line, self.depth + 1, self.commands)?;
            }
            WordPiece::BackquotedCommandSubstitution(line) => {
                building.dynamic = true;
                parse_into(&unescape_backquotes(line), self.depth + 1, self.commands)?;
            }
            WordPiece::EscapeSequence(text) => match text.strip_prefix('\\') {
                Some("\n") => {}
                Some(rest) => building.text.push(rest),
                None => building.text.push(text),
            },
            WordPiece::ArithmeticExpression(expression) => {
                building.dynamic = true;
                self.inner(&expression.value)?;
            }
        }
        Ok(())
    }

    fn parameter(
        &mut self,
        expression: &ParameterExpr,
        next: Option<&WordPiece>,
        quoted: bool,
        building: &mut Building,
    ) -> Result<(), Unknown> {
        if let ParameterExpr::Parameter { parameter: Parameter::Named(name), indirect: false } = expression
            && !building.begun
            && !self.moves_home
            && starts_path(next)
        {
            let folder = match name.as_str() {
                "HOME" => Some("~"),
                "PWD" => Some("."),
                _ => None,
            };
            if let Some(folder) = folder {
                building.text.push(folder);
                return Ok(());
            }
        }
        building.dynamic = true;
        if let ParameterExpr::Transform { op: ParameterTransformOp::PromptExpand, .. } = expression {
            return Err(Unknown::new("a prompt expansion, which may run commands"));
        }
        // Whatever text stands in the expansion may hold a substitution.
        let text = format!("{expression:?}");
        let inside = texts(expression);
        if inside.is_empty() && (text.contains("$(") || text.contains('`')) {
            return Err(Unknown::new("a substitution inside a parameter expansion"));
        }
        for one in inside {
            let hides = one.contains('\'') && (one.contains("$(") || one.contains('`'));
            if quoted && hides {
                return Err(Unknown::new("a quote and a substitution inside a parameter expansion"));
            }
            self.inner(&one)?;
        }
        Ok(())
    }

    /// Collects the commands in a text that stands inside an expansion.
    fn inner(&mut self, text: &str) -> Result<(), Unknown> {
        if !text.contains(['$', '`', '<', '>']) {
            return Ok(());
        }
        if ["<(", ">(", "<<"].iter().any(|start| text.contains(start)) {
            return Err(Unknown::new("a redirection inside an expansion"));
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
    Unknown::new(format!("the word `{}` is not understood", crate::model::text::shorten(text, 60)))
}

/// Says whether what follows lets a variable before it be a whole folder: nothing, or a slash.
fn starts_path(next: Option<&WordPiece>) -> bool {
    match next {
        None => true,
        Some(WordPiece::Text(text) | WordPiece::SingleQuotedText(text)) => text.starts_with('/'),
        Some(WordPiece::DoubleQuotedSequence(pieces)) => starts_path(pieces.first().map(|piece| &piece.piece)),
        Some(_) => false,
    }
}

/// Says whether a word has a brace expression, which makes several words of it.
fn braces(raw: &str, options: &brush_parser::ParserOptions) -> Result<bool, Unknown> {
    if !raw.contains('{') {
        return Ok(false);
    }
    let found = brush_parser::word::parse_brace_expansions(raw, options).map_err(|_| not_understood(raw))?;
    Ok(found.is_some_and(|parts| parts.iter().any(|part| matches!(part, BraceExpressionOrText::Expr(_)))))
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

/// Returns the texts inside a parameter expansion that the shell expands in turn.
fn texts(expression: &ParameterExpr) -> Vec<String> {
    use ParameterExpr as E;
    let mut out = Vec::new();
    match expression {
        E::UseDefaultValues { default_value: value, .. }
        | E::AssignDefaultValues { default_value: value, .. }
        | E::IndicateErrorIfNullOrUnset { error_message: value, .. }
        | E::UseAlternativeValue { alternative_value: value, .. }
        | E::RemoveSmallestSuffixPattern { pattern: value, .. }
        | E::RemoveLargestSuffixPattern { pattern: value, .. }
        | E::RemoveSmallestPrefixPattern { pattern: value, .. }
        | E::RemoveLargestPrefixPattern { pattern: value, .. }
        | E::UppercaseFirstChar { pattern: value, .. }
        | E::UppercasePattern { pattern: value, .. }
        | E::LowercaseFirstChar { pattern: value, .. }
        | E::LowercasePattern { pattern: value, .. } => out.extend(value.clone()),
        E::Substring { offset, length, .. } => {
            out.push(offset.value.clone());
            out.extend(length.as_ref().map(|length| length.value.clone()));
        }
        E::ReplaceSubstring { pattern, replacement, .. } => {
            out.push(pattern.clone());
            out.extend(replacement.clone());
        }
        E::Parameter { .. }
        | E::ParameterLength { .. }
        | E::Transform { .. }
        | E::VariableNames { .. }
        | E::MemberKeys { .. } => {}
    }
    out.extend(index(expression));
    out
}

/// Returns the subscript of `${a[INDEX]}`.
fn index(expression: &ParameterExpr) -> Option<String> {
    use ParameterExpr as E;
    let parameter = match expression {
        E::Parameter { parameter, .. }
        | E::UseDefaultValues { parameter, .. }
        | E::AssignDefaultValues { parameter, .. }
        | E::IndicateErrorIfNullOrUnset { parameter, .. }
        | E::UseAlternativeValue { parameter, .. }
        | E::ParameterLength { parameter, .. }
        | E::RemoveSmallestSuffixPattern { parameter, .. }
        | E::RemoveLargestSuffixPattern { parameter, .. }
        | E::RemoveSmallestPrefixPattern { parameter, .. }
        | E::RemoveLargestPrefixPattern { parameter, .. }
        | E::Substring { parameter, .. }
        | E::Transform { parameter, .. }
        | E::UppercaseFirstChar { parameter, .. }
        | E::UppercasePattern { parameter, .. }
        | E::LowercaseFirstChar { parameter, .. }
        | E::LowercasePattern { parameter, .. }
        | E::ReplaceSubstring { parameter, .. } => parameter,
        E::VariableNames { .. } | E::MemberKeys { .. } => return None,
    };
    match parameter {
        Parameter::NamedWithIndex { index, .. } => Some(index.clone()),
        Parameter::Positional(_)
        | Parameter::Special(_)
        | Parameter::Named(_)
        | Parameter::NamedWithAllIndices { .. } => None,
    }
}
