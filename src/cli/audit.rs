//! `tollgate audit`.

use super::args::AuditArgs;
use crate::model::exit;

pub(super) fn audit(_arguments: &AuditArgs) -> u8 {
    super::output::say("reading the records is not built yet");
    exit::FAILED
}
