//! What reads the rules and exceptions of one file.

use super::condition::{Identities, WhenReader};
use super::matching::MatchReader;
use super::sets::Sets;
use crate::model::{Decision, Layer};
use crate::policy::catalog::Catalog;
use crate::policy::matcher::Places;
use std::path::PathBuf;
use std::sync::Arc;

/// What the readers of one file share.
pub(super) struct Readers<'a, 'node> {
    pub(super) file: Arc<PathBuf>,
    pub(super) layer: Layer,
    pub(super) sets: &'a Sets<'node>,
    pub(super) identities: &'a Identities,
    pub(super) places: &'a Places,
    pub(super) catalog: &'a Catalog,
}

impl<'a, 'node> Readers<'a, 'node> {
    /// Returns what reads the matchers of a rule that decides so.
    pub(super) fn matching(&self, decision: Decision) -> MatchReader<'a, 'node> {
        MatchReader { sets: self.sets, places: self.places, decision, negated: false }
    }

    /// Returns what reads conditions.
    pub(super) fn when(&self) -> WhenReader<'a, 'node> {
        WhenReader { sets: self.sets, identities: self.identities }
    }
}
