//! What stands in a file and is no line: a fragment that a gap names, a torn end, or a fault.

use crate::audit::hash::sha256;
use crate::audit::read::Line;
use crate::audit::read::lines::{Lines, Piece};
use serde_json::Value;
use std::io::{self, BufRead};

/// How far behind a torn line the gap that names it may stand. A fragment is at most a few lines.
const LOOK_AHEAD: usize = 64;

/// What follows something that is no line.
pub(super) enum Ahead {
    /// A gap that names it and this many pieces more.
    Named(usize),
    /// Nothing that is a line.
    End,
    /// Lines that say nothing of it.
    Lines,
}

/// Looks what follows a piece that is no line: a gap that names it by length and digest, or nothing.
pub(super) fn look_ahead<R: BufRead>(lines: &mut Lines<R>, first: &Piece) -> io::Result<Ahead> {
    let mut fragment = first.bytes.clone();
    let mut seen_line = false;
    for index in 0..LOOK_AHEAD {
        let Some(piece) = lines.peek(index)? else {
            return Ok(if seen_line { Ahead::Lines } else { Ahead::End });
        };
        if let Some(line) = piece.ended.then(|| Line::parse(&piece.bytes)).flatten() {
            seen_line = true;
            let bytes = u64::try_from(fragment.len()).unwrap_or(u64::MAX);
            let named = line.inner("fragment", "bytes").and_then(Value::as_u64) == Some(bytes)
                && line.inner("fragment", "sha256").and_then(Value::as_str) == Some(&sha256(&fragment).to_string());
            if line.kind() == "gap" && named {
                return Ok(Ahead::Named(index));
            }
        }
        fragment.push(b'\n');
        fragment.extend_from_slice(&piece.bytes);
    }
    // A torn write is not that long: somebody else put it there.
    Ok(Ahead::Lines)
}
