//! The keys of a file, each with what reads it.

use super::reader::Draft;
use super::{defaults, exceptions, extends, lower, tests};
use crate::model::Layer;
use crate::policy::condition::day;
use crate::policy::load::complaint::Complaints;
use crate::policy::load::condition::{Identities, SELECTOR};
use crate::policy::load::fields::{Fields, text};
use crate::policy::load::keys::{Key, Keyed, Kind};
use crate::policy::load::sets::{self, Sets};
use crate::policy::load::yaml::{Node, Value};

/// Reads the value of a key into the draft. Where it adds nothing, it has complained.
pub(super) type Read = for<'n, 'f> fn(&mut Draft<'n>, &'n Node, &Fields<'n>, &mut Complaints<'f>);

/// A key of a file.
pub(crate) struct FileKey {
    key: Key,
    pub(super) read: Read,
}

impl Keyed for FileKey {
    fn key(&self) -> &Key {
        &self.key
    }
}

const fn key(name: &'static str, value: Kind, read: Read, about: &'static str) -> FileKey {
    FileKey { key: Key::new(name, value, about), read }
}

/// Every key of a file, in the order in which they are read. Rules and exceptions are only found here: they use the others.
pub(crate) static TABLE: &[FileKey] = &[
    key("version", Kind::Text, version, "The version of the language: `\"1.0\"`."),
    key("metadata", Kind::Mapping(METADATA), metadata, "What the file is, for people."),
    key(
        "layer",
        Kind::Word(&["managed", "user", "project", "session", "builtin"]),
        layer,
        "A check: its place decides whose file it is.",
    ),
    key(
        "debug",
        Kind::Flag,
        |draft, _, fields, found| draft.stated.debug = fields.flag("debug", found),
        "Whether debuggers may be used inside.",
    ),
    key("require", Kind::Word(&["E1", "E2", "E3", "E4"]), require, "The weakest tier to start with."),
    key(
        "defaults",
        Kind::Mapping(defaults::KEYS),
        |draft, node, _, found| defaults::read(&mut draft.stated, node, found),
        "What holds where no rule speaks.",
    ),
    key("sets", sets::SETS, |draft, node, _, found| draft.sets = Sets::read(Some(node), found), "Lists with a name."),
    key(
        "identities",
        Kind::Named(&Kind::Mapping(SELECTOR)),
        |draft, node, _, found| draft.identities = Identities::read(node, found),
        "Sessions with a name.",
    ),
    key("extends", extends::KIND, extends::read, "Policies that hold, too."),
    key("lower_layers", Kind::Mapping(lower::KEYS), lower::read, "What the layers below may do."),
    key("disable", Kind::Texts, disable, "Ids of rules of layers above that are switched off."),
    key("rules", Kind::Rules, |draft, node, _, _| draft.rules = Some(node), "The list of rules."),
    key(
        "exceptions",
        Kind::Mappings(exceptions::KEYS),
        |draft, node, _, _| draft.exceptions = Some(node),
        "What relaxes a rule, for a while.",
    ),
    key(
        "tests",
        Kind::Mappings(tests::KEYS),
        tests::read,
        "What the whole policy decides; see `tollgate policy test`.",
    ),
];

const METADATA: &[Key] = &[
    Key::new("id", Kind::Text, "Its stable name."),
    Key::new("owner", Kind::Texts, "Who answers for it."),
    Key::new("description", Kind::Text, "What it is for."),
    Key::new("approved_by", Kind::Texts, "Who approved it."),
    Key::new("approved_on", Kind::Date, "When it was approved."),
    Key::new("review_by", Kind::Date, "When somebody is to look at it again."),
    Key::new("version", Kind::Text, "The version of the policy itself."),
];

fn version<'n>(_: &mut Draft<'n>, node: &'n Node, _: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let fix = Some("write `version: \"1.0\"`".to_owned());
    let Some(text) = text(node, "version", complaints) else { return };
    if matches!(&node.value, Value::Text { plain: true, .. }) && text.contains('.') {
        complaints.at("P020", node.spot, "the version is a number here, and 1.10 would be 1.1", fix);
        return;
    }
    let mut parts = text.split('.');
    let major = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let minor = rest.len() <= 1 && rest.iter().all(|minor| minor.parse::<u16>().is_ok());
    if major != "1" || !minor {
        complaints.at("P020", node.spot, format!("this program reads version 1, not {text}"), fix);
    }
}

fn layer<'n>(draft: &mut Draft<'n>, node: &'n Node, fields: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let words = [Layer::Managed, Layer::User, Layer::Project, Layer::Session, Layer::Builtin];
    let words = words.map(|layer| (layer.as_str(), layer));
    let Some(said) = fields.word("layer", &words, complaints) else { return };
    if said != draft.layer {
        let message = format!("the file says layer {}, but it is loaded as {}", said.as_str(), draft.layer.as_str());
        complaints.at(
            "P021",
            node.spot,
            message,
            Some("its place decides: leave the key out, or move the file".to_owned()),
        );
    }
}

fn metadata<'n>(draft: &mut Draft<'n>, node: &'n Node, _: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let Some(fields) = Fields::open(node, "metadata", METADATA, complaints) else { return };
    for key in METADATA.iter().filter(|key| matches!(key.name, "owner" | "description" | "approved_by")) {
        fields.texts(key.name, complaints);
    }
    for name in ["approved_on", "review_by"] {
        let (Some(text), Some(node)) = (fields.text(name, complaints), fields.get(name)) else { continue };
        match day(text) {
            None => {
                let fix = format!("write for example `{name}: 2026-11-20`");
                complaints.at("P055", node.spot, format!("\"{text}\" is no day"), Some(fix));
            }
            Some(end) if name == "review_by" && draft.now.is_some_and(|now| now >= end) => {
                draft.notes.push(format!("this policy was to be looked at again by {text}"));
            }
            Some(_) => {}
        }
    }
    draft.id = fields.text("id", complaints).map(str::to_owned);
    draft.version = fields.text("version", complaints).map(str::to_owned);
}

fn disable<'n>(draft: &mut Draft<'n>, _: &'n Node, fields: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let ids = fields.texts("disable", complaints);
    draft.disable = ids.into_iter().map(|(id, spot)| (id.to_owned(), spot)).collect();
}

fn require<'n>(draft: &mut Draft<'n>, node: &'n Node, fields: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let Some(word) = fields.text("require", complaints) else { return };
    match word.parse() {
        Ok(tier) => draft.stated.require = Some(tier),
        Err(problem) => complaints.at("P013", node.spot, format!("\"{word}\" is not a tier"), Some(problem)),
    }
}
