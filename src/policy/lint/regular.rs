//! What a regular expression can match, from its structure.

use regex_syntax::hir::{Hir, HirKind};

/// Reads an expression as rules do: `.` also matches line ends.
pub(super) fn parse(text: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().dot_matches_new_line(true).build().parse(text).ok()
}

/// Says whether a search finds the expression in every text: it may be empty, wherever it stands.
pub(super) fn is_found_everywhere(hir: &Hir) -> bool {
    let is_free = |hir: &Hir| hir.properties().minimum_len() == Some(0) && hir.properties().look_set().is_empty();
    // An alternation as a whole has the looks of all its branches; one free branch is enough.
    match hir.kind() {
        HirKind::Alternation(branches) => branches.iter().any(is_found_everywhere),
        HirKind::Capture(capture) => is_found_everywhere(&capture.sub),
        HirKind::Empty
        | HirKind::Literal(_)
        | HirKind::Class(_)
        | HirKind::Look(_)
        | HirKind::Repetition(_)
        | HirKind::Concat(_) => is_free(hir),
    }
}

/// Says whether the expression matches every text as a whole.
pub(super) fn is_everything(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Alternation(branches) => branches.iter().any(is_everything),
        HirKind::Capture(capture) => is_everything(&capture.sub),
        HirKind::Repetition(repetition) => {
            repetition.min == 0
                && repetition.max.is_none()
                && *repetition.sub == Hir::dot(regex_syntax::hir::Dot::AnyChar)
        }
        HirKind::Concat(parts) => {
            parts.iter().any(is_everything)
                && parts.iter().all(|part| part.properties().minimum_len() == Some(0))
                && hir.properties().look_set().is_empty()
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// Returns the words that must stand in the text as they are written, with regard to case.
pub(super) fn cased_words(hir: &Hir) -> Vec<String> {
    let mut words = Vec::new();
    gather(hir, &mut words);
    words
}

fn gather(hir: &Hir, words: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            let found = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
            words.extend(found.map(str::to_owned));
        }
        HirKind::Repetition(repetition) => gather(&repetition.sub, words),
        HirKind::Capture(capture) => gather(&capture.sub, words),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| gather(part, words)),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_everywhere() {
        for text in [".*", "", "a*", "curl.*http://.*|.*", "(x|)", "(?i)(rm|.*)", "^a|b*"] {
            assert!(is_found_everywhere(&parse(text).unwrap()), "{text}");
        }
        for text in [".+", "^$", "rm.*", "a|b", r"\b", "^.*$|x"] {
            assert!(!is_found_everywhere(&parse(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn what_matches_everything_as_a_whole() {
        for text in [".*", "rm|.*", "(.*)", "a*.*", "(?s:.*)"] {
            assert!(is_everything(&parse(text).unwrap()), "{text}");
        }
        for text in ["a*", ".+", "git .*", "", "^.*x"] {
            assert!(!is_everything(&parse(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn words_in_classes_have_no_case() {
        assert_eq!(cased_words(&parse("SELECT.*FROM").unwrap()), ["SELECT", "FROM"]);
        assert!(cased_words(&parse("(?i)SELECT.*FROM").unwrap()).is_empty());
        assert_eq!(cased_words(&parse(r"(drop|truncate)\s+table").unwrap()), ["drop", "truncate", "table"]);
    }
}
