//! `exceptions:`.

use crate::model::{Decision, Place, RuleId};
use crate::policy::condition::{Condition, day};
use crate::policy::exception::Exception;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::condition;
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::keys::{Key, Keyed, Kind};
use crate::policy::load::matching;
use crate::policy::load::readers::Readers;
use crate::policy::load::yaml::Node;
use crate::policy::matcher::Matcher;
use jiff::{Timestamp, ToSpan};
use std::sync::Arc;

/// The keys of an exception.
pub(super) const KEYS: &[Key] = &[
    Key::new("id", Kind::Text, "Its name."),
    Key::new("rule", Kind::Text, "The id of the rule that it relaxes."),
    Key::new("allow_when", Kind::MatchAndWhen, "When it does: keys of match and of when together."),
    Key::new("reason", Kind::Text, "Why."),
    Key::new("approved_by", Kind::Texts, "Who approved it."),
    Key::new("expires", Kind::Date, "When it ends: at most 90 days ahead."),
];

/// The longest that an exception may hold.
const DAYS: i64 = 90;

/// Reads the exceptions of a file.
pub(super) fn read<'n>(
    node: &'n Node,
    readers: &Readers<'_, 'n>,
    now: Option<Timestamp>,
    complaints: &mut Complaints<'_>,
) -> Vec<Exception> {
    let items = list(node, "exceptions", complaints);
    items.iter().filter_map(|item| one(item, readers, now, complaints)).collect()
}

fn one<'n>(
    node: &'n Node,
    readers: &Readers<'_, 'n>,
    now: Option<Timestamp>,
    complaints: &mut Complaints<'_>,
) -> Option<Exception> {
    let before = complaints.count();
    let fields = Fields::open(node, "an exception", KEYS, complaints)?;
    for key in KEYS.iter().filter(|key| fields.get(key.name).is_none()) {
        let fix = format!("add `{}:`", key.name);
        complaints.at("P011", node.spot, format!("an exception without {}", key.name), Some(fix));
    }
    let expires = fields.text("expires", complaints).and_then(|text| {
        let found = day(text);
        let spot = fields.get("expires").map(|node| node.spot).unwrap_or_default();
        let latest = now.and_then(|now| now.checked_add((24 * DAYS + 24).hours()).ok());
        match found {
            None => {
                let fix = "write for example `expires: 2026-12-01`".to_owned();
                complaints.at("P055", spot, format!("\"{text}\" is no day"), Some(fix));
            }
            Some(found) if latest.is_some_and(|latest| found > latest) => {
                let fix = "write an earlier day, and look at it again then".to_owned();
                complaints.at("P055", spot, format!("an exception holds for at most {DAYS} days"), Some(fix));
            }
            Some(_) => {}
        }
        found
    });
    let (matcher, condition) = match fields.get("allow_when") {
        Some(node) => allow_when(node, readers, complaints),
        None => (None, None),
    };
    let word = |name: &str, complaints: &mut Complaints<'_>| fields.text(name, complaints).map(RuleId::new);
    let out = Exception {
        id: word("id", complaints)?,
        rule: word("rule", complaints)?,
        place: Place {
            file: Arc::clone(&readers.file),
            line: node.spot.line,
            column: node.spot.column,
            layer: readers.layer,
        },
        reason: fields.text("reason", complaints).map(Arc::from)?,
        approved_by: fields.texts("approved_by", complaints).into_iter().map(|(name, _)| name.to_owned()).collect(),
        expires: expires?,
        matcher,
        condition,
        allows: false,
    };
    (complaints.count() == before).then_some(out)
}

/// Reads keys of `match` and of `when` beside each other. What both know is a question about the command.
fn allow_when<'n>(
    node: &'n Node,
    readers: &Readers<'_, 'n>,
    complaints: &mut Complaints<'_>,
) -> (Option<Matcher>, Option<Condition>) {
    let of_match = |name: &str| matching::TABLE.iter().any(|row| row.key().name == name);
    let mut known: Vec<Key> = matching::TABLE.iter().map(|row| *row.key()).collect();
    known.extend(condition::TABLE.iter().map(|row| *row.key()).filter(|key| !of_match(key.name)));
    let Some(fields) = Fields::open(node, "allow_when", &known, complaints) else { return (None, None) };
    if fields.entries().is_empty() {
        let fix = "say for what it holds".to_owned();
        complaints.at("P014", node.spot, "an empty allow_when would except everything", Some(fix));
    }
    let asks = fields.entries().iter().any(|(key, _)| of_match(&key.text));
    let matcher = if asks { readers.matching(Decision::Allow).fields(&fields, node.spot, complaints) } else { None };
    let when = fields.entries().iter().any(|(key, _)| !of_match(&key.text));
    let condition = if when { readers.when().fields(&fields, |name| !of_match(name), complaints) } else { None };
    (matcher, condition)
}
