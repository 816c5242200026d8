//! The codes of findings. They are stable: a code is never used for something else.

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Probably a mistake.
    Warning,
    /// Good practice; counts only where it is asked for.
    Advice,
}

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its name, such as `L001`.
    pub name: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// What it is about, in a few words.
    pub about: &'static str,
}

const fn warning(name: &'static str, about: &'static str) -> Code {
    Code { name, level: Level::Warning, about }
}

const fn advice(name: &'static str, about: &'static str) -> Code {
    Code { name, level: Level::Advice, about }
}

/// A rule that never decides, because a stricter one matches whatever it matches.
pub(super) const SHADOWED: Code = warning("L001", "a stricter rule decides whatever this one matches");
/// A rule that adds nothing to another one of the same decision.
pub(super) const REDUNDANT: Code = warning("L002", "another rule of the same decision covers this one");
/// A rule that does not count where it stands.
pub(super) const WITHOUT_EFFECT: Code = warning("L003", "the rule does not count in this layer");
/// A rule that matches every command.
pub(super) const TOO_WIDE: Code = warning("L004", "the rule matches every command");
/// A pattern that has lost a quantifier, or else matches nothing that occurs.
pub(super) const NEVER: Code = warning("L005", "the rule can hardly match anything");
/// SQL that is compared with regard to case.
pub(super) const SQL_CASE: Code = warning("L006", "SQL is compared with regard to case");
/// A dot that turns a command into a regular expression.
pub(super) const DOT: Code = warning("L007", "a dot makes the command a regular expression");
/// A date that has passed.
pub(super) const EXPIRED: Code = warning("L008", "a date has passed");
/// A date that is none.
pub(super) const NO_DATE: Code = warning("L009", "not a date");
/// A denial or question without a reason.
pub(super) const NO_REASON: Code = warning("L010", "a deny or ask without a reason");
/// A denial without another way.
pub(super) const NO_SUGGEST: Code = warning("L011", "a deny without a suggestion");
/// A denial that nothing tests.
pub(super) const NO_EXAMPLES: Code = warning("L012", "a deny without examples");
/// What nobody thought of runs.
pub(super) const ALLOW_DEFAULT: Code = advice("L013", "what no rule matches is allowed");
/// A rule without a name of its own.
pub(super) const NO_ID: Code = advice("L014", "a rule without an id");
/// Two rules of one name in two files.
pub(super) const SAME_ID: Code = warning("L015", "the same id in two files");
/// A set that nothing uses.
pub(super) const UNUSED_SET: Code = warning("L016", "a set that no rule uses");
/// An allow of becoming somebody else.
pub(super) const RUNS_ANYTHING: Code = warning("L017", "an allow of a program that runs others as somebody else");
/// A question that nobody hears is answered with yes.
pub(super) const UNHEARD: Code = warning("L018", "an ask is allowed where nobody answers");

/// Every code.
pub const CODES: &[Code] = &[
    SHADOWED,
    REDUNDANT,
    WITHOUT_EFFECT,
    TOO_WIDE,
    NEVER,
    SQL_CASE,
    DOT,
    EXPIRED,
    NO_DATE,
    NO_REASON,
    NO_SUGGEST,
    NO_EXAMPLES,
    ALLOW_DEFAULT,
    NO_ID,
    SAME_ID,
    UNUSED_SET,
    RUNS_ANYTHING,
    UNHEARD,
];
