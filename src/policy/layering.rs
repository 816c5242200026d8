//! What the layers may do to each other.
//!
//! Denies and asks count from every layer. What relaxes (an allow, a default that is looser, a rule
//! that is switched off) counts only where every layer above lets it.

use super::rule::Rule;
use crate::model::{Decision, Layer, Severity};

/// What a layer may allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Nothing.
    TightenOnly,
    /// Everything.
    MayAllow,
    /// What carries one of these tags.
    Tags(Vec<String>),
    /// What says that it is less severe than this.
    Below(Severity),
}

/// What one file says about the layers below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LowerLayers {
    pub(crate) user: Option<Leave>,
    pub(crate) project: Option<Leave>,
    pub(crate) session: Option<Leave>,
    /// The rules of the file's layer that lower layers may switch off.
    pub(crate) may_disable: Vec<String>,
}

impl LowerLayers {
    fn of(&self, layer: Layer) -> Option<&Leave> {
        match layer {
            Layer::User => self.user.as_ref(),
            Layer::Project => self.project.as_ref(),
            Layer::Session => self.session.as_ref(),
            Layer::Managed | Layer::Builtin => None,
        }
    }
}

/// What all files together say about their lower layers.
#[derive(Debug, Default)]
pub(super) struct Layering {
    files: Vec<(Layer, LowerLayers)>,
    /// Whether a person trusts the project's files as they are.
    pub(super) project_trusted: bool,
}

impl Layering {
    pub(super) fn add(&mut self, layer: Layer, said: LowerLayers) {
        self.files.push((layer, said));
    }

    fn above(&self, layer: Layer) -> impl Iterator<Item = &(Layer, LowerLayers)> {
        self.files.iter().filter(move |(upper, _)| *upper > layer)
    }

    /// Returns why an allow rule does not count; nothing where it does.
    pub(super) fn forbids(&self, rule: &Rule) -> Option<&'static str> {
        let layer = rule.place.layer;
        let mut stated = self.above(layer).filter_map(|(_, said)| said.of(layer)).peekable();
        if layer == Layer::Project && stated.peek().is_none() {
            return Some("a project file may only tighten: this allow rule does not count");
        }
        if !stated.all(|leave| leave.covers(rule)) {
            return Some("a layer above does not let this layer allow it: this allow rule does not count");
        }
        if layer == Layer::Project && !self.project_trusted {
            return Some("this project is not trusted as it is now: its allow rules do not count");
        }
        None
    }

    /// Says whether a layer's own defaults may relax: whether it may allow everything.
    pub(super) fn is_free(&self, layer: Layer) -> bool {
        layer != Layer::Project
            && self.above(layer).filter_map(|(_, said)| said.of(layer)).all(|leave| *leave == Leave::MayAllow)
    }

    /// Says whether a layer may switch off a rule.
    pub(super) fn may_disable(&self, layer: Layer, rule: &Rule) -> bool {
        let upper = rule.place.layer;
        let trusted = layer != Layer::Project || self.project_trusted;
        let mut between = self.above(layer).filter(|(owner, _)| *owner == upper);
        trusted && upper > layer && between.any(|(_, said)| said.may_disable.iter().any(|id| *id == rule.id.as_str()))
    }
}

impl Leave {
    fn covers(&self, rule: &Rule) -> bool {
        match self {
            Self::TightenOnly => rule.decision != Decision::Allow,
            Self::MayAllow => true,
            Self::Tags(tags) => rule.tags.iter().any(|tag| tags.contains(tag)),
            // What does not say how severe it is may be anything.
            Self::Below(limit) => rule.severity.is_some_and(|severity| severity < *limit),
        }
    }
}
