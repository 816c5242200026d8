//! `extends:`: policies of the same layer that hold, too.

use super::reader::Draft;
use crate::model::Digest;
use crate::policy::load::complaint::{Complaints, Spot};
use crate::policy::load::fields::{Fields, list};
use crate::policy::load::keys::{Key, Kind};
use crate::policy::load::yaml::{Node, Value};

const FILE: &[Key] = &[
    Key::new("file", Kind::Text, "A file, relative to this one."),
    Key::new("url", Kind::Text, "Where the file came from; it is read from the cache by its digest."),
    Key::new("sha256", Kind::Text, "The SHA-256 digest of the file; required beside url."),
];

/// What may stand under `extends`.
pub(super) const KIND: Kind = Kind::List(&Kind::Either(&[Kind::Text, Kind::Mapping(FILE)]));

/// Another policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extend {
    pub(crate) what: Base,
    pub(crate) sha256: Option<Digest>,
    pub(crate) spot: Spot,
}

/// Which policy it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// `NAME@MAJOR`, compiled in.
    Builtin(String),
    /// A path, relative to the file that extends it.
    File(String),
    /// An address.
    Url(String),
}

pub(super) fn read<'n>(draft: &mut Draft<'n>, node: &'n Node, _: &Fields<'n>, complaints: &mut Complaints<'_>) {
    let items = match &node.value {
        Value::Text { .. } => std::slice::from_ref(node),
        Value::List(_) | Value::Map(_) => list(node, "extends", complaints),
    };
    draft.extends.extend(items.iter().filter_map(|item| one(item, complaints)));
}

const FIX: &str = "write `builtin:NAME@1`, `{ file: ./base.yaml }`, or `{ url: https://…, sha256: … }`";

fn one(node: &Node, complaints: &mut Complaints<'_>) -> Option<Extend> {
    let spot = node.spot;
    if let Value::Text { text, .. } = &node.value {
        let Some(name) = text.strip_prefix("builtin:") else {
            complaints.at("P050", spot, format!("\"{text}\" is no policy to extend"), Some(FIX.to_owned()));
            return None;
        };
        if !name.contains('@') {
            let fix = format!("write `builtin:{name}@1`");
            complaints.at("P050", spot, "a built-in policy without its version", Some(fix));
            return None;
        }
        return Some(Extend { what: Base::Builtin(name.to_owned()), sha256: None, spot });
    }
    let fields = Fields::open(node, "extends", FILE, complaints)?;
    let sha256 = fields.get("sha256").and_then(|node| {
        let found = fields.text("sha256", complaints).and_then(Digest::from_hex);
        if found.is_none() {
            let fix = "see sha256sum(1)".to_owned();
            complaints.at("P015", node.spot, "sha256 is 64 hexadecimal digits", Some(fix));
        }
        found
    });
    match (fields.text("file", complaints), fields.text("url", complaints)) {
        (Some(file), None) => Some(Extend { what: Base::File(file.to_owned()), sha256, spot }),
        (None, Some(url)) => {
            if fields.get("sha256").is_none() {
                let fix = "add `sha256:` with the digest of the file that was looked at".to_owned();
                complaints.at("P051", spot, "a policy from elsewhere without its digest", Some(fix));
                return None;
            }
            Some(Extend { what: Base::Url(url.to_owned()), sha256, spot })
        }
        _ => {
            complaints.at("P050", spot, "extends takes either a file or a url", Some(FIX.to_owned()));
            None
        }
    }
}
