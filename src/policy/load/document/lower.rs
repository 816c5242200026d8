//! `lower_layers:` and `disable:`.

use super::reader::Draft;
use crate::model::{Layer, Severity};
use crate::policy::layering::{Leave, LowerLayers};
use crate::policy::load::complaint::Complaints;
use crate::policy::load::fields::Fields;
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::rule::{SEVERITIES, SEVERITY_WORDS};
use crate::policy::load::yaml::{Node, Value};

const LEAVE: &[Key] = &[
    Key::new("may_allow", Kind::Texts, "Tags: rules with one of them may allow."),
    Key::new("may-allow", Kind::Texts, "The same."),
    Key::new("may_allow_below", Kind::Word(SEVERITY_WORDS), "Rules of less than this severity may allow."),
];

const ONE: Kind = Kind::Either(&[Kind::Word(&["tighten-only", "may-allow"]), Kind::Mapping(LEAVE)]);

/// The keys of `lower_layers`.
pub(super) const KEYS: &[Key] = &[
    Key::new("user", ONE, "What the person's own policy may do; `may-allow` where nothing is said."),
    Key::new("project", ONE, "What the project's policy may do; `tighten-only` where nothing is said."),
    Key::new("session", ONE, "What policies for one session may do; `may-allow` where nothing is said."),
    Key::new(
        "may_disable",
        Kind::Either(&[Kind::Texts, Kind::List(&Kind::Text)]),
        "Ids of rules that lower layers may switch off.",
    ),
];

pub(super) fn read<'n>(draft: &mut Draft<'n>, node: &'n Node, _: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let Some(fields) = Fields::open(node, "lower_layers", KEYS, complaints) else { return };
    if draft.layer < Layer::User {
        let message = format!("lower_layers in a policy of layer {}", draft.layer.as_str());
        let fix = "it means something in the organisation's and in your own policy only".to_owned();
        complaints.at("P025", node.spot, message, Some(fix));
    }
    draft.lower = LowerLayers {
        user: fields.get("user").and_then(|node| leave(node, "user", complaints)),
        project: fields.get("project").and_then(|node| leave(node, "project", complaints)),
        session: fields.get("session").and_then(|node| leave(node, "session", complaints)),
        may_disable: match fields.get("may_disable") {
            // An empty list is the default, written out.
            Some(Node { value: Value::List(items), .. }) if items.is_empty() => Vec::new(),
            _ => fields.texts("may_disable", complaints).into_iter().map(|(id, _)| id.to_owned()).collect(),
        },
    };
}

fn leave(node: &Node, name: &str, complaints: &mut Complaints<'_>) -> Option<Leave> {
    if let Value::Text { text, .. } = &node.value {
        return match text.as_str() {
            "tighten-only" => Some(Leave::TightenOnly),
            "may-allow" => Some(Leave::MayAllow),
            _ => {
                let fix = "write tighten-only, may-allow, or a mapping with may_allow".to_owned();
                complaints.at("P013", node.spot, format!("\"{text}\" is not a value of {name}"), Some(fix));
                None
            }
        };
    }
    let fields = Fields::open(node, name, LEAVE, complaints)?;
    if fields.entries().len() != 1 {
        let fix = "write one of may_allow and may_allow_below".to_owned();
        complaints.at("P014", node.spot, format!("{name} says not one thing"), Some(fix));
        return None;
    }
    if fields.get("may_allow_below").is_some() {
        return fields.word::<Severity>("may_allow_below", &SEVERITIES, complaints).map(Leave::Below);
    }
    let tags = ["may_allow", "may-allow"].into_iter().flat_map(|name| fields.texts(name, complaints));
    Some(Leave::Tags(tags.map(|(tag, _)| tag.to_owned()).collect()))
}
