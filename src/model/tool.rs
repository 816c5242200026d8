//! A tool call that an agent announces before it makes it.

use std::path::PathBuf;

/// One call of one of the agent's own tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// The tool as the agent calls it: `Bash`, `Write`, `WebFetch`, `mcp__server__name`.
    pub tool: String,
    /// The file or folder that it works on, as it was given.
    pub path: Option<PathBuf>,
    /// The address that it fetches, as it was given.
    pub url: Option<String>,
    /// The shell line that it runs, where it runs one.
    pub line: Option<String>,
}
