//! Looking at every rule of every file.

use super::codes::{Code, Level};
use super::{pattern, shadow, words};
use crate::model::{Decision, Layer};
use crate::policy::load::yaml::Node;
use crate::policy::load::{Complaint, Context, LoadErrors, Source, Spot};
use crate::policy::outline::{Outline, get, text, word};
use crate::policy::set::Policy;
use jiff::civil::Date;

/// Something that is probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub level: Level,
    /// The rule that it is about, where it is about one.
    pub rule: Option<String>,
    /// Its code, its place, what it is, and what to write instead.
    pub complaint: Complaint,
    /// Why the file says that it is meant, where it does. Such a finding does not count.
    pub waived: Option<String>,
}

/// A rule as it is written.
pub(super) struct Written<'a> {
    pub(super) file: &'a Outline,
    pub(super) node: &'a Node,
    /// Its id, or `rule-N`.
    pub(super) id: String,
    /// What it decides; nothing for one that only records.
    pub(super) decision: Option<Decision>,
}

impl Written<'_> {
    /// Returns where the value of a key stands; the rule itself where it has no such key.
    pub(super) fn spot(&self, key: &str) -> Spot {
        get(self.node, key).map_or(self.node.spot, |value| value.spot)
    }

    /// Returns a finding about this rule.
    pub(super) fn finding(
        &self,
        code: Code,
        spot: Spot,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        let complaint = self.file.complain(code.name, spot, message, fix);
        Finding { level: code.level, rule: Some(self.id.clone()), complaint, waived: None }
    }

    /// Says where the rule stands.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.file.name.display(), self.node.spot.line)
    }
}

/// Looks at policy files together. `today` is the day against which dates are held.
///
/// # Errors
///
/// When a file does not load.
pub fn lint(sources: &[Source], context: &Context, today: Date) -> Result<Vec<Finding>, LoadErrors> {
    let policy = Policy::load(sources, context)?;
    let mut outlines = Vec::new();
    for source in sources {
        // A compiled-in policy is ours to look at, in a test.
        outlines.push(Outline::read(source)?);
    }
    let rules: Vec<Written<'_>> = outlines.iter().flat_map(written).collect();
    let mut found = Vec::new();
    for outline in &outlines {
        words::file(outline, today, &mut found);
    }
    for rule in &rules {
        words::rule(rule, &mut found);
        pattern::rule(rule, policy.catalog(), &mut found);
        let counts = policy.rules().iter().any(|loaded| {
            loaded.place.line == rule.node.spot.line && loaded.place.file.as_path() == rule.file.name.as_path()
        });
        if !counts && rule.file.layer == Layer::Project && rule.decision == Some(Decision::Allow) {
            let message = "a project file may only tighten: this allow rule does not count";
            let fix = "write it into your own policy (tollgate init --user), or leave it out";
            found.push(rule.finding(super::codes::WITHOUT_EFFECT, rule.node.spot, message, fix));
        }
    }
    words::ids(&rules, &mut found);
    shadow::rules(&rules, policy.catalog(), &mut found);
    let order = |finding: &Finding| {
        let file = outlines.iter().position(|outline| outline.name.to_string_lossy() == finding.complaint.file);
        (file, finding.complaint.line, finding.complaint.column, finding.complaint.code)
    };
    found.sort_by_key(order);
    for finding in &mut found {
        let text = outlines.iter().find(|outline| outline.name.to_string_lossy() == finding.complaint.file);
        finding.waived = text.and_then(|outline| waiver(&outline.text, &finding.complaint));
    }
    Ok(found)
}

/// What stands before a waiver.
const WAIVER: &str = "# lint: allow ";

/// Returns the reason of a waiver: `# lint: allow L013 because …` on the line of a finding, or on the line
/// above. Without a reason there is none.
fn waiver(text: &str, complaint: &Complaint) -> Option<String> {
    let own = complaint.line.checked_sub(1)? as usize;
    let lines = text.lines().skip(own.saturating_sub(1)).take(if own == 0 { 1 } else { 2 });
    lines.filter_map(|line| line.split_once(WAIVER)).find_map(|(_, rest)| {
        let (code, reason) = rest.split_once(' ')?;
        (code == complaint.code && !reason.trim().is_empty()).then(|| reason.trim().to_owned())
    })
}

fn written(file: &Outline) -> impl Iterator<Item = Written<'_>> {
    file.rules().iter().enumerate().map(move |(number, node)| Written {
        file,
        node,
        id: get(node, "id").and_then(text).map_or_else(|| format!("rule-{}", number + 1), str::to_owned),
        decision: [Decision::Allow, Decision::Ask, Decision::Deny]
            .into_iter()
            .find(|decision| word(node, "action") == Some(decision.as_str())),
    })
}
