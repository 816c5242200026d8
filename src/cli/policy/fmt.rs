//! `tollgate policy fmt`.

use super::given::{Error, Here};
use crate::cli::output;
use crate::model::exit;
use crate::model::text::escape_os;
use crate::policy::format::format;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

pub(super) fn fmt(files: &[PathBuf], check: bool) -> Result<u8, Error> {
    let files = if files.is_empty() {
        vec![Here::find(None)?.caller.workspace().join(".tollgate/policy.yaml")]
    } else {
        files.to_vec()
    };
    let mut status = exit::SUCCESS;
    for file in &files {
        if file == Path::new("-") {
            let mut text = String::new();
            let read = io::stdin().lock().read_to_string(&mut text);
            read.map_err(|source| Error::Read { path: "standard input".to_owned(), source })?;
            let formatted = formatted("standard input", &text)?;
            if !check {
                output::text(&formatted);
            } else if formatted != text {
                status = exit::FOUND;
            }
            continue;
        }
        let path = escape_os(file.as_os_str()).into_owned();
        let text = fs::read_to_string(file).map_err(|source| Error::Read { path: path.clone(), source })?;
        let formatted = formatted(&path, &text)?;
        if formatted == text {
            continue;
        }
        if check {
            output::line(format_args!("{path} would change, from line {} on", first_difference(&text, &formatted)));
            status = exit::FOUND;
        } else {
            replace(file, &formatted).map_err(|source| Error::Write { path: path.clone(), source })?;
            output::line(format_args!("formatted {path}"));
        }
    }
    Ok(status)
}

fn formatted(path: &str, text: &str) -> Result<String, Error> {
    format(path, text).map_err(|source| Error::Format { path: path.to_owned(), source })
}

fn first_difference(left: &str, right: &str) -> usize {
    let pairs = left.lines().zip(right.lines());
    pairs.take_while(|(left, right)| left == right).count() + 1
}

/// Puts the text in the place of the file in one step, so that no session reads half a policy. A link is
/// followed first, and the file's permissions stay.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let file = fs::canonicalize(file)?;
    let permissions = fs::metadata(&file)?.permissions();
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = file.with_file_name(name);
    let written = fs::File::create_new(&beside).and_then(|mut new| {
        new.set_permissions(permissions)?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        fs::rename(&beside, &file)
    });
    if written.is_err() {
        // Nothing can be done about one that cannot be removed either.
        fs::remove_file(&beside).ok();
    }
    written
}
