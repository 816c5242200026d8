//! `tollgate init`.

use super::args::InitArgs;
use super::output;
use crate::launch::{Caller, Places};
use crate::model::exit;
use crate::policy::Policy;
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) fn init(options: &InitArgs) -> u8 {
    let path = match place(options) {
        Ok(path) => path,
        Err(error) => {
            output::say(error);
            return exit::FAILED;
        }
    };
    match write(&path, options.force) {
        Ok(()) => {
            output::line(format_args!("wrote {}", path.display()));
            if options.user {
                output::line(
                    "It replaces the built-in starter policy in every session of yours. Edit it, then try: tollgate check -- COMMAND",
                );
            } else {
                output::line(
                    "It adds to your own policy: from a project, asks and denies count and allows do not. For a policy that replaces the starter, use: tollgate init --user",
                );
            }
            exit::SUCCESS
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            output::say(format_args!("{} is there already; --force replaces it", path.display()));
            exit::FAILED
        }
        Err(error) => {
            output::say(format_args!("cannot write {}: {error}", path.display()));
            exit::FAILED
        }
    }
}

fn place(options: &InitArgs) -> Result<PathBuf, String> {
    let caller = Caller::read().map_err(|error| format!("cannot read the working directory: {error}"))?;
    if !options.user {
        return Ok(caller.workspace().join(".tollgate/policy.yaml"));
    }
    let places = Places::find(&caller, None).map_err(|error| error.to_string())?;
    places.user_policy.ok_or_else(|| "neither XDG_CONFIG_HOME nor a home folder says where your policy goes".to_owned())
}

fn write(path: &Path, force: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).create(folder)?;
    }
    let mut file = if force { File::create(path)? } else { File::create_new(path)? };
    file.write_all(Policy::starter().as_bytes())
}
