//! A policy file as it is written: what loading leaves behind, for whoever speaks about the text itself.

use super::load::yaml::{self, Node, Value};
use super::load::{Complaint, Complaints, LoadErrors, Source, Spot};
use crate::model::Layer;
use std::path::{Path, PathBuf};

/// One file, as written.
pub(crate) struct Outline {
    pub(crate) name: PathBuf,
    pub(crate) layer: Layer,
    pub(crate) text: String,
    pub(crate) root: Node,
}

impl Outline {
    /// Reads the text of a source. That it is a policy, loading it must have said.
    pub(crate) fn read(source: &Source) -> Result<Self, LoadErrors> {
        let loaded = source.read().map_err(|complaint| LoadErrors::new(vec![*complaint]))?;
        let name = loaded.name.to_string_lossy().into_owned();
        let mut complaints = Complaints::new(&name, &loaded.text);
        let root = yaml::read(&loaded.text, &mut complaints);
        let root = root.ok_or_else(|| LoadErrors::new(complaints.into_list()))?;
        Ok(Self { name: loaded.name, layer: loaded.layer, text: loaded.text, root })
    }

    /// Returns the rules in the order of the file.
    pub(crate) fn rules(&self) -> &[Node] {
        get(&self.root, "rules").map(items).unwrap_or_default()
    }

    /// Returns the items of a set of this file.
    pub(crate) fn set(&self, name: &str) -> Option<Vec<(&str, Spot)>> {
        let sets = get(&self.root, "sets")?;
        Some(texts(get(get(sets, name)?, "items")?))
    }

    /// Returns a complaint about a spot of this file.
    pub(crate) fn complain(
        &self,
        code: &'static str,
        spot: Spot,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Complaint {
        let name = self.name.to_string_lossy().into_owned();
        let mut complaints = Complaints::new(&name, &self.text);
        complaints.at(code, spot, message, Some(fix.into()));
        complaints.into_list().swap_remove(0)
    }
}

/// Returns the value of a key of a mapping.
pub(crate) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entries(node).iter().find(|(name, _)| name.text == key).map(|(_, value)| value)
}

/// Returns the keys of a mapping with their values; nothing of anything else.
pub(crate) fn entries(node: &Node) -> &[(yaml::Key, Node)] {
    match &node.value {
        Value::Map(entries) => entries,
        Value::Text { .. } | Value::List(_) => &[],
    }
}

/// Returns the items of a list; nothing of anything else.
pub(crate) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Text { .. } | Value::Map(_) => &[],
    }
}

/// Returns the text of a node.
pub(crate) fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text { text, .. } => Some(text),
        Value::List(_) | Value::Map(_) => None,
    }
}

/// Returns the texts of a node that is one, or a list of them.
pub(crate) fn texts(node: &Node) -> Vec<(&str, Spot)> {
    let one = text(node).map(|text| (text, node.spot));
    one.into_iter().chain(items(node).iter().filter_map(|item| Some((text(item)?, item.spot)))).collect()
}

/// Returns the text of a key of a mapping.
pub(crate) fn word<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    get(node, key).and_then(text)
}

/// Says whether two nodes say the same, wherever they stand.
pub(crate) fn same(left: &Node, right: &Node) -> bool {
    match (&left.value, &right.value) {
        (Value::Text { text: left, .. }, Value::Text { text: right, .. }) => left == right,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Map(left), Value::Map(_)) => {
            left.len() == entries(right).len()
                && left.iter().all(|(key, value)| get(right, &key.text).is_some_and(|other| same(value, other)))
        }
        (Value::Text { .. } | Value::List(_) | Value::Map(_), _) => false,
    }
}

/// Returns the layer that a file says it is of, so that it can be looked at outside of its place.
#[must_use]
pub fn stated_layer(path: &Path) -> Option<Layer> {
    let source = Source::Draft { path: path.to_owned(), layer: Layer::Session };
    let outline = Outline::read(&source).ok()?;
    let layers = [Layer::Managed, Layer::User, Layer::Project, Layer::Session, Layer::Builtin];
    let said = word(&outline.root, "layer")?;
    layers.into_iter().find(|layer| layer.as_str() == said)
}
