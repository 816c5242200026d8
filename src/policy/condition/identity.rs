//! Whose session it is.

use crate::model::{Environment, Situation};
use crate::policy::fit::Fit;
use crate::policy::matcher::NamePattern;
use semver::{Version, VersionReq};
use std::sync::Arc;

/// A session, by what is known of it. Everything that is given must hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    pub(crate) agent: Option<Arc<[NamePattern]>>,
    pub(crate) agent_version: Option<VersionReq>,
    pub(crate) user: Option<Vec<String>>,
    pub(crate) group: Option<Vec<String>>,
    pub(crate) environment: Option<Vec<Environment>>,
}

impl Selector {
    pub(super) fn fit(&self, situation: &Situation) -> Fit {
        let parts = [
            held(self.agent.as_ref(), situation.agent.as_ref(), |wanted, name| {
                wanted.iter().any(|wanted| wanted.is_match(name))
            }),
            self.version_fit(situation),
            held(self.user.as_ref(), situation.user.as_ref(), |wanted, name| wanted.contains(name)),
            held(self.group.as_ref(), situation.groups.as_ref(), |wanted, groups| {
                groups.iter().any(|group| wanted.contains(group))
            }),
            held(self.environment.as_ref(), situation.environment.as_ref(), |wanted, found| wanted.contains(found)),
        ];
        Fit::all(parts.into_iter())
    }

    fn version_fit(&self, situation: &Situation) -> Fit {
        let Some(wanted) = &self.agent_version else { return Fit::Certain };
        let found = situation.agent_version.as_deref().and_then(version);
        found.map_or(Fit::Unknown, |found| Fit::of(wanted.matches(&found)))
    }
}

fn held<W, F>(wanted: Option<&W>, found: Option<&F>, holds: impl Fn(&W, &F) -> bool) -> Fit {
    let Some(wanted) = wanted else { return Fit::Certain };
    found.map_or(Fit::Unknown, |found| Fit::of(holds(wanted, found)))
}

/// Reads `2.1` as `2.1.0`.
fn version(text: &str) -> Option<Version> {
    let text = text.trim_start_matches('v');
    let dots = text.split(['-', '+']).next().unwrap_or_default().matches('.').count();
    let whole = match dots {
        0 => format!("{text}.0.0"),
        1 => format!("{text}.0"),
        _ => text.to_owned(),
    };
    Version::parse(&whole).ok()
}
