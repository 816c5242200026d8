//! The whole language as data, for whatever describes it: a JSON Schema, an editor, a page.

use super::keys::{Key, Keyed};
use super::{condition, document, matching, rule};

fn keys(table: &[impl Keyed]) -> Vec<Key> {
    table.iter().map(|row| *row.key()).collect()
}

/// Returns the keys of a file, in the order in which they are read.
#[must_use]
pub fn of_file() -> Vec<Key> {
    keys(document::TABLE)
}

/// Returns the keys of a rule.
#[must_use]
pub fn of_rule() -> Vec<Key> {
    keys(rule::TABLE)
}

/// Returns the keys below `match`.
#[must_use]
pub fn of_match() -> Vec<Key> {
    keys(matching::TABLE)
}

/// Returns the keys below `when`.
#[must_use]
pub fn of_when() -> Vec<Key> {
    keys(condition::TABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_stands_once_and_says_what_it_is_for() {
        for table in [of_file(), of_rule(), of_match(), of_when()] {
            let names: BTreeSet<&str> = table.iter().map(|key| key.name).collect();
            assert_eq!(names.len(), table.len());
            assert!(table.iter().all(|key| key.about.ends_with('.') && key.about.len() < 90));
        }
    }
}
