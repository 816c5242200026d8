//! What holds where no rule speaks, over all files.

use super::load::Stated;
use crate::model::{Decision, Layer, Tier};
use std::time::Duration;

/// What holds where no rule speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// No rule matched.
    pub action: Decision,
    /// A part could not be known before it runs, and a rule depends on it.
    pub unknown: Decision,
    /// The same, and the rule denies.
    pub unknown_in_deny_scope: Decision,
    /// What ask becomes when nobody is there to answer; never ask.
    pub no_approver: Decision,
    /// How long a question waits.
    pub ask_timeout: Duration,
    /// What every denial also tells the agent.
    pub agent_message: Option<String>,
}

/// What the files say besides their rules, taken together.
pub(super) struct Combined {
    pub(super) defaults: Defaults,
    pub(super) debug: bool,
    pub(super) require: Option<Tier>,
}

/// How long a question waits where no file says it.
const ASK_TIMEOUT: Duration = Duration::from_secs(300);

/// Takes the files together: the strictest of what any of them states. What none states is ask, and
/// deny in deny scope and without an approver. A layer that is not free can only tighten: where no other
/// file states a value, it is held against these too.
pub(super) fn combine(stated: &[(Layer, Stated)], is_free: impl Fn(Layer) -> bool) -> Combined {
    let strictest = |field: fn(&Stated) -> Option<Decision>, unstated: Decision| {
        let of = |free: bool| {
            let files = stated.iter().filter(|(layer, _)| is_free(*layer) == free);
            files.filter_map(|(_, said)| field(said)).max()
        };
        let base = of(true).unwrap_or(unstated);
        of(false).map_or(base, |said| said.max(base))
    };
    let owned = || stated.iter().filter(|(layer, _)| is_free(*layer)).map(|(_, said)| said);
    let all = || stated.iter().map(|(_, said)| said);
    let base_timeout = owned().filter_map(|said| said.ask_timeout).min().unwrap_or(ASK_TIMEOUT);
    let by_rank = {
        let mut files: Vec<&(Layer, Stated)> = stated.iter().collect();
        files.sort_by_key(|(layer, _)| std::cmp::Reverse(*layer));
        files
    };
    let debug = owned().filter_map(|said| said.debug).reduce(|one, other| one && other).unwrap_or(false);
    let require =
        all().filter_map(|said| said.require).reduce(|one, other| if other.satisfies(one) { other } else { one });
    Combined {
        defaults: Defaults {
            action: strictest(|said| said.action, Decision::Ask),
            unknown: strictest(|said| said.unknown, Decision::Ask),
            unknown_in_deny_scope: strictest(|said| said.unknown_in_deny_scope, Decision::Deny),
            no_approver: strictest(|said| said.no_approver, Decision::Deny),
            ask_timeout: all().filter_map(|said| said.ask_timeout).fold(base_timeout, Duration::min),
            agent_message: by_rank.iter().find_map(|(_, said)| said.agent_message.clone()),
        },
        debug: debug && all().all(|said| said.debug != Some(false)),
        require,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What holds where no layer says anything about those below it.
    fn combine(stated: &[(Layer, Stated)]) -> Combined {
        super::combine(stated, |layer| layer != Layer::Project)
    }

    fn action(decision: Decision) -> Stated {
        Stated { action: Some(decision), debug: Some(decision == Decision::Allow), ..Stated::default() }
    }

    #[test]
    fn what_nobody_states_is_strict() {
        let combined = combine(&[]);
        assert_eq!(combined.defaults.action, Decision::Ask);
        assert_eq!(combined.defaults.unknown_in_deny_scope, Decision::Deny);
        assert!(!combined.debug);
    }

    #[test]
    fn a_project_only_tightens() {
        let loose = combine(&[(Layer::Project, action(Decision::Allow))]);
        assert_eq!((loose.defaults.action, loose.debug), (Decision::Ask, false));
        let user = (Layer::User, action(Decision::Allow));
        assert_eq!(combine(std::slice::from_ref(&user)).defaults.action, Decision::Allow);
        let tightened = combine(&[user, (Layer::Project, action(Decision::Deny))]);
        assert_eq!((tightened.defaults.action, tightened.debug), (Decision::Deny, false));
    }

    #[test]
    fn the_strictest_of_all_layers_holds() {
        let files = [(Layer::Managed, action(Decision::Ask)), (Layer::Session, action(Decision::Allow))];
        assert_eq!(combine(&files).defaults.action, Decision::Ask);
    }
}
