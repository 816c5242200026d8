//! The file in which every construct of the language stands.

use super::support::{context, text};
use crate::model::Layer;
use crate::policy::{Context, Policy};
use std::time::{Duration, SystemTime};

#[test]
fn every_construct_of_the_language_loads() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000);
    let source = text("full-schema.yaml", include_str!("full-schema.yaml"), Layer::Managed);
    match Policy::load(&[source], &Context { now: Some(now), ..context() }) {
        Ok(policy) => assert_eq!((policy.files()[0].rules, policy.exceptions().len()), (20, 1)),
        Err(errors) => panic!("{errors}"),
    }
}
