//! Tool calls by what they do.

use super::support::{CWD, rules};
use crate::model::{Decision, Situation, ToolCall};
use std::path::Path;

fn decide(tool: &str, path: Option<&str>, url: Option<&str>) -> Decision {
    let policy = rules(
        "  - { id: r, action: deny, match: { effect: fs.read, path: { in: ['~/.ssh/**'] } } }\n  \
         - { id: w, action: deny, match: { effect: fs.write, path: { in: ['**/.git/hooks/**'] } } }\n  \
         - { id: u, action: deny, match: { effect: net.upload } }\n  \
         - { id: c, action: ask, match: { effect: net.connect, host: { not_in: [docs.rs] } } }\n",
    );
    let call = ToolCall { tool: tool.to_owned(), path: path.map(Into::into), url: url.map(str::to_owned), line: None };
    policy.evaluate_tool(&call, Path::new(CWD), &Situation::default()).decision
}

#[test]
fn tools_that_write_write_and_tools_that_read_read() {
    for (tool, path, expected) in [
        ("Write", ".git/hooks/pre-commit", Decision::Deny),
        ("MultiEdit", "x/../.git/hooks/pre-commit", Decision::Deny),
        ("apply_patch", "/home/dev/proj/.git/hooks/x", Decision::Deny),
        ("mcp__fs__read", ".git/hooks/x", Decision::Deny),
        ("mcp__fs__write", "~/.ssh/id_rsa", Decision::Deny),
        ("Read", ".git/hooks/x", Decision::Allow),
        ("Read", "~/.ssh/id_rsa", Decision::Deny),
        ("Grep", "/home/dev/./.ssh/id_rsa", Decision::Deny),
        ("LS", "~/.ssh", Decision::Allow),
        ("Write", "src/a.rs", Decision::Allow),
    ] {
        assert_eq!(decide(tool, Some(path), None), expected, "{tool} {path}");
    }
}

#[test]
fn fetching_connects_and_may_send_or_read_a_file() {
    for (url, expected) in [
        ("https://docs.rs/serde", Decision::Allow),
        ("https://DOCS.rs./serde", Decision::Allow),
        ("https://docs.rs.evil.example/", Decision::Ask),
        ("https://docs.rs@evil.example/", Decision::Ask),
        ("https://docs.rs/?q=AKIA1234567890ABCDEF", Decision::Deny),
        ("file:///home/dev/.ssh/id_rsa", Decision::Deny),
        ("FILE:/home/dev/.ssh/%69d_rsa", Decision::Deny),
        ("file:///home/dev/proj/README.md", Decision::Allow),
    ] {
        assert_eq!(decide("WebFetch", None, Some(url)), expected, "{url}");
    }
}
