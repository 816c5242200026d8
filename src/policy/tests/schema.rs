//! The file in which every construct of the language stands.

use super::support::{context, text};
use crate::model::Layer;
use crate::policy::{Complaint, Context, Policy};
use std::time::{Duration, SystemTime};

#[test]
fn every_construct_of_the_language_loads() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000);
    let source = text("full-schema.yaml", include_str!("full-schema.yaml"), Layer::Managed);
    let context = Context { now: Some(now), ..context() };
    let errors = Policy::load(&[source], &context).err();
    // Effects and what belongs to them are read elsewhere.
    let effects = |message: &str| {
        ["effect", "host", "git", "source"].iter().any(|key| message == format!("unknown key \"{key}\" in match"))
    };
    let own = errors.iter().flat_map(|errors| errors.complaints()).filter(|one| {
        !effects(&one.message) && !one.excerpt.as_deref().unwrap_or_default().contains("builtin:dev-standard@1")
    });
    assert_eq!(own.collect::<Vec<_>>(), Vec::<&Complaint>::new());
}
