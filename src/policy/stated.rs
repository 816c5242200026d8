//! What each file states under `defaults:` and at its top level, and where.

use super::load::{LoadErrors, Source};
use super::outline::{Outline, entries, get, text, texts};
use crate::model::Layer;
use std::path::PathBuf;

/// One value that a file states. The text is raw: not escaped for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The key, such as `action` or `require`.
    pub key: String,
    /// The value as it is written.
    pub value: String,
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// Whose file it is.
    pub layer: Layer,
}

/// Returns what the files state, in their order.
///
/// # Errors
///
/// When a file cannot be read.
pub fn statements(sources: &[Source]) -> Result<Vec<Statement>, LoadErrors> {
    let mut found = Vec::new();
    for source in sources {
        let outline = Outline::read(source)?;
        let own = ["debug", "require"].into_iter().filter_map(|key| Some((key, get(&outline.root, key)?)));
        let defaults = get(&outline.root, "defaults").map(entries).unwrap_or_default();
        let defaults = defaults.iter().map(|(key, value)| (key.text.as_str(), value));
        for (key, value) in defaults.chain(own) {
            let words: Vec<&str> = texts(value).into_iter().map(|(word, _)| word).collect();
            found.push(Statement {
                key: key.to_owned(),
                value: text(value).map_or_else(|| words.join(", "), str::to_owned),
                file: outline.name.clone(),
                line: value.spot.line,
                layer: outline.layer,
            });
        }
    }
    Ok(found)
}
