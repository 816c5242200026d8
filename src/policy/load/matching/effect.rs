//! `effect`, `source` and `recursive`: what the command does.

use super::MatchReader;
use crate::policy::effects::{EffectKind, SOURCES};
use crate::policy::load::complaint::{Complaints, nearest};
use crate::policy::load::fields::{Fields, texts};
use crate::policy::load::yaml::Node;
use crate::policy::matcher::{EffectMatcher, Matcher, SourceMatcher, Wanted};

/// The words for effects.
pub(super) const EFFECTS: &[&str] = &EffectKind::WORDS;

/// The words for sources of code.
pub(super) const SOURCE_WORDS: &[&str] = &["inline", "file", "network", "package", "unknown"];

pub(super) fn effect<'n>(
    _: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let mut kinds = Vec::new();
    for (word, spot) in texts(node, "effect", complaints) {
        match EffectKind::read(word) {
            Some(kind) => kinds.push(kind),
            None => {
                let fix = nearest(word, EFFECTS).map_or_else(
                    || format!("the effects are: {}", EFFECTS.join(", ")),
                    |word| format!("did you mean \"{word}\"?"),
                );
                complaints.at("P013", spot, format!("there is no effect \"{word}\""), Some(fix));
            }
        }
    }
    (!kinds.is_empty()).then(|| Matcher::Effect(EffectMatcher::of(kinds.into_iter())))
}

pub(super) fn source<'n>(
    _: &MatchReader<'_, 'n>,
    node: &'n Node,
    _: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let mut sources = Vec::new();
    for (word, spot) in texts(node, "source", complaints) {
        match SOURCES.iter().find(|(known, _)| *known == word) {
            Some((_, source)) => sources.push(*source),
            None => {
                let fix = Some(format!("write one of: {}", SOURCE_WORDS.join(", ")));
                complaints.at("P013", spot, format!("\"{word}\" is not a value of source"), fix);
            }
        }
    }
    (!sources.is_empty()).then_some(Matcher::Source(SourceMatcher { sources }))
}

pub(super) fn recursive<'n>(
    _: &MatchReader<'_, 'n>,
    _: &'n Node,
    fields: &Fields<'n>,
    complaints: &mut Complaints<'_>,
) -> Option<Matcher> {
    let wanted = fields.flag("recursive", complaints)?;
    Some(Matcher::Recursive(if wanted { Wanted::Recursive } else { Wanted::Single }))
}
