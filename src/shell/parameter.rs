//! The texts inside `${…}`.

use brush_parser::word::{Parameter, ParameterExpr};

/// Returns the texts inside a parameter expansion that the shell expands in turn.
pub(super) fn texts(expression: &ParameterExpr) -> Vec<String> {
    use ParameterExpr as E;
    let mut out = Vec::new();
    match expression {
        E::UseDefaultValues { default_value: value, .. }
        | E::AssignDefaultValues { default_value: value, .. }
        | E::IndicateErrorIfNullOrUnset { error_message: value, .. }
        | E::UseAlternativeValue { alternative_value: value, .. }
        | E::RemoveSmallestSuffixPattern { pattern: value, .. }
        | E::RemoveLargestSuffixPattern { pattern: value, .. }
        | E::RemoveSmallestPrefixPattern { pattern: value, .. }
        | E::RemoveLargestPrefixPattern { pattern: value, .. }
        | E::UppercaseFirstChar { pattern: value, .. }
        | E::UppercasePattern { pattern: value, .. }
        | E::LowercaseFirstChar { pattern: value, .. }
        | E::LowercasePattern { pattern: value, .. } => out.extend(value.clone()),
        E::Substring { offset, length, .. } => {
            out.push(offset.value.clone());
            out.extend(length.as_ref().map(|length| length.value.clone()));
        }
        E::ReplaceSubstring { pattern, replacement, .. } => {
            out.push(pattern.clone());
            out.extend(replacement.clone());
        }
        E::Parameter { .. }
        | E::ParameterLength { .. }
        | E::Transform { .. }
        | E::VariableNames { .. }
        | E::MemberKeys { .. } => {}
    }
    out.extend(index(expression));
    out
}

/// Returns the subscript of `${a[INDEX]}`.
pub(super) fn index(expression: &ParameterExpr) -> Option<String> {
    use ParameterExpr as E;
    let parameter = match expression {
        E::Parameter { parameter, .. }
        | E::UseDefaultValues { parameter, .. }
        | E::AssignDefaultValues { parameter, .. }
        | E::IndicateErrorIfNullOrUnset { parameter, .. }
        | E::UseAlternativeValue { parameter, .. }
        | E::ParameterLength { parameter, .. }
        | E::RemoveSmallestSuffixPattern { parameter, .. }
        | E::RemoveLargestSuffixPattern { parameter, .. }
        | E::RemoveSmallestPrefixPattern { parameter, .. }
        | E::RemoveLargestPrefixPattern { parameter, .. }
        | E::Substring { parameter, .. }
        | E::Transform { parameter, .. }
        | E::UppercaseFirstChar { parameter, .. }
        | E::UppercasePattern { parameter, .. }
        | E::LowercaseFirstChar { parameter, .. }
        | E::LowercasePattern { parameter, .. }
        | E::ReplaceSubstring { parameter, .. } => parameter,
        E::VariableNames { .. } | E::MemberKeys { .. } => return None,
    };
    match parameter {
        Parameter::NamedWithIndex { index, .. } => Some(index.clone()),
        Parameter::Positional(_)
        | Parameter::Special(_)
        | Parameter::Named(_)
        | Parameter::NamedWithAllIndices { .. } => None,
    }
}
