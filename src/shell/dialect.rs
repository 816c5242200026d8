//! What other shells read otherwise than bash.
//!
//! The list is what matters for which programs run and which files are written. dash runs `rm` in
//! `((rm x))`, and in `[[ a || rm x ]]`; it takes `{a,b}` and `$'…'` for text, `&>f` for `&` and `>f`. zsh does
//! not split `$X`, and looks up `=cmd`. Where a construct is an error there, nothing is lost by asking.

use super::parse::{Cause, Dialect};
use super::walker::Walker;
use brush_parser::ast;
use brush_parser::word::ParameterExpr;

/// Builtins that only some shells have, or that do something else there.
const BUILTINS: &[&str] = &[
    "source",
    "declare",
    "typeset",
    "pushd",
    "popd",
    "let",
    "shopt",
    "mapfile",
    "readarray",
    "enable",
    "function",
    "select",
    "repeat",
    "noglob",
    "nocorrect",
    "foreach",
    "autoload",
    "zmodload",
    "coproc",
    "time",
    "emulate",
    "setopt",
];

impl Walker<'_> {
    /// Notes a construct of bash, where the line is another shell's.
    pub(super) fn bash_only(&mut self, what: &str) {
        match self.facts.dialect {
            Dialect::Bash => {}
            Dialect::Other => self.note(Cause::Dialect, format!("{what}, which shells read differently")),
        }
    }

    /// Notes what the text alone shows.
    pub(super) fn check_dialect(&mut self) {
        if self.facts.dialect == Dialect::Bash {
            return;
        }
        for (text, what) in
            [("|&", "`|&`"), ("&>", "`&>`"), ("$'", "`$'`"), ("$\"", "`$\"`"), ("$[", "`$[`"), ("=(", "an array")]
        {
            if self.line.contains(text) {
                self.bash_only(what);
            }
        }
        // Glob qualifiers of zsh run code: `*(e:'rm x':)`.
        if ["*(", "?(", "+(", "@(", "!(", "#q"].iter().any(|text| self.line.contains(text)) {
            self.bash_only("a glob with brackets");
        }
    }

    pub(super) fn compound_dialect(&mut self, compound: &ast::CompoundCommand) {
        match compound {
            ast::CompoundCommand::Arithmetic(_) | ast::CompoundCommand::ArithmeticForClause(_) => {
                self.bash_only("`((`");
            }
            ast::CompoundCommand::Coprocess(_) => self.bash_only("`coproc`"),
            ast::CompoundCommand::BraceGroup(_)
            | ast::CompoundCommand::Subshell(_)
            | ast::CompoundCommand::ForClause(_)
            | ast::CompoundCommand::CaseClause(_)
            | ast::CompoundCommand::IfClause(_)
            | ast::CompoundCommand::WhileClause(_)
            | ast::CompoundCommand::UntilClause(_) => {}
        }
    }

    pub(super) fn name_dialect(&mut self, name: &str) {
        if BUILTINS.contains(&name) || name.starts_with('=') {
            self.bash_only("a builtin");
        }
    }

    pub(super) fn parameter_dialect(&mut self, expression: &ParameterExpr) {
        let posix = matches!(
            expression,
            ParameterExpr::Parameter { indirect: false, .. }
                | ParameterExpr::UseDefaultValues { indirect: false, .. }
                | ParameterExpr::AssignDefaultValues { indirect: false, .. }
                | ParameterExpr::IndicateErrorIfNullOrUnset { indirect: false, .. }
                | ParameterExpr::UseAlternativeValue { indirect: false, .. }
                | ParameterExpr::ParameterLength { indirect: false, .. }
                | ParameterExpr::RemoveSmallestSuffixPattern { indirect: false, .. }
                | ParameterExpr::RemoveLargestSuffixPattern { indirect: false, .. }
                | ParameterExpr::RemoveSmallestPrefixPattern { indirect: false, .. }
                | ParameterExpr::RemoveLargestPrefixPattern { indirect: false, .. }
        );
        if !posix || super::parameter::index(expression).is_some() {
            self.bash_only("a parameter expansion of bash");
        }
    }
}
