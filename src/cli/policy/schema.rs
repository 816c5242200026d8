//! `tollgate policy schema`.

use super::given::Error;
use crate::cli::output;
use crate::model::exit;
use crate::policy::schema::schema as made;

/// Prints it with one member a line: people read it, too.
pub(super) fn schema() -> Result<u8, Error> {
    output::line(format_args!("{:#}", made()));
    Ok(exit::SUCCESS)
}
