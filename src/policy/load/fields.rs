//! Reading the keys of a mapping, with a complaint for each that is unknown, missing or misshapen.

use super::complaint::{Complaints, Spot, nearest};
use super::keys::Keyed;
use super::yaml::{Key, Node, Value};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The keys of one mapping.
pub(crate) struct Fields<'node> {
    entries: &'node [(Key, Node)],
}

impl<'node> Fields<'node> {
    /// Opens a mapping; `what` names it in messages ("a rule"). Complains about every key that is not
    /// in `known`: a mistyped key must never make a rule vanish.
    pub(crate) fn open(
        node: &'node Node,
        what: &str,
        known: &[impl Keyed],
        complaints: &mut Complaints<'_>,
    ) -> Option<Self> {
        let is_known = |text: &str| known.iter().any(|row| row.key().name == text);
        let known = || known.iter().map(|row| row.key().name).collect::<Vec<&str>>();
        let Value::Map(entries) = &node.value else {
            complaints.at("P012", node.spot, format!("{what} is a mapping, not {}", node.kind()), Some(keys(&known())));
            return None;
        };
        for (key, _) in entries.iter().filter(|(key, _)| !is_known(&key.text)) {
            let known = known();
            let fix =
                nearest(&key.text, &known).map_or_else(|| keys(&known), |word| format!("did you mean \"{word}\"?"));
            complaints.at("P010", key.spot, format!("unknown key \"{}\" in {what}", key.text), Some(fix));
        }
        Some(Self { entries })
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, name: &str) -> Option<&'node Node> {
        self.entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }

    /// Returns the keys with their values in the order of the file.
    pub(crate) fn entries(&self) -> &'node [(Key, Node)] {
        self.entries
    }

    /// Returns the text of a key.
    pub(crate) fn text(&self, name: &str, complaints: &mut Complaints<'_>) -> Option<&'node str> {
        self.get(name).and_then(|node| text(node, name, complaints))
    }

    /// Returns the texts of a key: one, or a list.
    pub(crate) fn texts(&self, name: &str, complaints: &mut Complaints<'_>) -> Vec<(&'node str, Spot)> {
        self.get(name).map(|node| texts(node, name, complaints)).unwrap_or_default()
    }

    /// Returns the whole number of a key.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str, complaints: &mut Complaints<'_>) -> Option<T> {
        let node = self.get(name)?;
        let number = text(node, name, complaints)?.parse().ok();
        if number.is_none() {
            complaints.at("P012", node.spot, format!("{name} is a number"), Some(format!("write `{name}: 1`")));
        }
        number
    }

    /// Returns the length of time of a key, which must lie within `range`.
    pub(crate) fn duration(
        &self,
        name: &str,
        range: RangeInclusive<Duration>,
        complaints: &mut Complaints<'_>,
    ) -> Option<Duration> {
        let node = self.get(name)?;
        let given = text(node, name, complaints)?;
        let found = duration(given).filter(|found| range.contains(found));
        if found.is_none() {
            let fix = format!("write for example `{name}: 5m`; {} to {}", shown(range.start()), shown(range.end()));
            complaints.at("P015", node.spot, format!("\"{given}\" is not a time"), Some(fix));
        }
        found
    }

    /// Returns the yes or no of a key.
    pub(crate) fn flag(&self, name: &str, complaints: &mut Complaints<'_>) -> Option<bool> {
        self.word(name, &[("true", true), ("false", false)], complaints)
    }

    /// Returns what the word of a key stands for.
    pub(crate) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)], complaints: &mut Complaints<'_>) -> Option<T> {
        let node = self.get(name)?;
        let given = text(node, name, complaints)?;
        let found = words.iter().find(|(word, _)| *word == given).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let fix = nearest(given, &known).map_or_else(
                || format!("write one of: {}", known.join(", ")),
                |word| format!("did you mean \"{word}\"?"),
            );
            complaints.at("P013", node.spot, format!("\"{given}\" is not a value of {name}"), Some(fix));
        }
        found
    }
}

/// Reads `90s`, `5m`, `1h`, `2d`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return None,
    };
    number.checked_mul(factor).map(Duration::from_secs)
}

/// Writes a length of time as policies write it.
fn shown(time: &Duration) -> String {
    let seconds = time.as_secs();
    let units = [(24 * 3600, 'd'), (3600, 'h'), (60, 'm')];
    let unit = units.into_iter().find(|(factor, _)| seconds > *factor && seconds.is_multiple_of(*factor));
    unit.map_or_else(|| format!("{seconds}s"), |(factor, unit)| format!("{}{unit}", seconds / factor))
}

fn keys(known: &[&str]) -> String {
    format!("the keys are: {}", known.join(", "))
}

/// Returns the text of a node, or complains.
pub(crate) fn text<'node>(node: &'node Node, name: &str, complaints: &mut Complaints<'_>) -> Option<&'node str> {
    if let Value::Text { text, .. } = &node.value
        && !node.is_null()
    {
        return Some(text);
    }
    let fix = format!("write `{name}: \"…\"`");
    complaints.at("P012", node.spot, format!("{name} is a text, not {}", node.kind()), Some(fix));
    None
}

/// Returns the items of a list, or complains.
pub(crate) fn list<'node>(node: &'node Node, name: &str, complaints: &mut Complaints<'_>) -> &'node [Node] {
    if let Value::List(items) = &node.value {
        return items;
    }
    complaints.at(
        "P012",
        node.spot,
        format!("{name} is a list, not {}", node.kind()),
        Some(format!("write `{name}: […]`")),
    );
    &[]
}

/// Returns the texts of a node that is one text or a list of them. An empty list is a complaint: it
/// would match nothing, or everything, and nobody means either.
pub(crate) fn texts<'node>(node: &'node Node, name: &str, complaints: &mut Complaints<'_>) -> Vec<(&'node str, Spot)> {
    let Value::List(items) = &node.value else {
        return text(node, name, complaints).map(|text| (text, node.spot)).into_iter().collect();
    };
    if items.is_empty() {
        complaints.at("P012", node.spot, format!("{name} is an empty list"), Some("leave the key out".to_owned()));
    }
    items.iter().filter_map(|item| text(item, name, complaints).map(|text| (text, item.spot))).collect()
}
