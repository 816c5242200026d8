//! Records into members, in byte order of their keys. Object's debug assertion holds the order.

use super::canonical::{Buffer, Object};
use super::clock::Stamp;
use super::hash::hex;
use super::record::{
    ApprovalRecord, By, DecisionRecord, Ending, Fate, GapRecord, OutcomeRecord, PolicyRecord, SessionStart,
};
use super::tally::Tally;
use super::{words, write_ahead::Fragment};
use crate::model::text::shorten;
use crate::model::{Digest, FileId, Outcome, SessionId};
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

/// What every line of a file says: where it stands, and when it was written.
pub(super) struct Head<'a> {
    pub(super) previous: [u8; 64],
    pub(super) seq: u64,
    pub(super) stamp: Stamp,
    pub(super) session: &'a SessionId,
}

impl Head<'_> {
    fn begin<'b>(&self, buffer: &'b mut Buffer) -> Object<'b> {
        let mut line = Object::begin(buffer);
        line.plain("_prev", &self.previous);
        line.uint("_seq", self.seq);
        line.uint("_v", 1);
        line
    }

    fn mono(&self, line: &mut Object<'_>) {
        line.uint("mono_us", self.stamp.mono_us);
    }

    fn session(&self, line: &mut Object<'_>) {
        line.plain("session", self.session.as_str().as_bytes());
    }

    fn time(&self, line: &mut Object<'_>) {
        line.plain("ts", self.stamp.text());
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn digest(line: &mut Object<'_>, key: &'static str, digest: &Digest) {
    line.plain(key, &hex(digest));
}

/// The most characters of a name that stands on every line.
const NAME_LIMIT: usize = 128;

/// The members that are the same on every decision of a session, written once.
#[derive(Debug)]
pub(super) struct Fixed {
    agent: Vec<u8>,
    principal: Vec<u8>,
}

impl Fixed {
    pub(super) fn new(start: &SessionStart) -> Self {
        let mut agent = Buffer::default();
        let mut object = Object::begin(&mut agent);
        object.text("name", &shorten(&start.agent.name, NAME_LIMIT));
        object.end();
        let mut principal = Buffer::default();
        let mut object = Object::begin(&mut principal);
        if let Some(name) = &start.principal.name {
            object.text("name", &shorten(name, NAME_LIMIT));
        }
        object.uint("uid", u64::from(start.principal.uid));
        object.text("via", &shorten(&start.principal.via, NAME_LIMIT));
        object.end();
        Self { agent: agent.bytes, principal: principal.bytes }
    }
}

/// What the first line says beside the [`SessionStart`].
pub(super) struct Opening<'a> {
    /// The text that the host key signed, and its signature.
    pub(super) certificate: &'a str,
    pub(super) signature: &'a str,
    /// The session of this host that was closed last, and the root of its file.
    pub(super) previous: Option<(&'a SessionId, Digest)>,
}

pub(super) fn session_start(
    buffer: &mut Buffer,
    head: &Head<'_>,
    start: &SessionStart,
    opening: &Opening<'_>,
    fixed: &Fixed,
) {
    let mut line = head.begin(buffer);
    let mut agent = line.object("agent");
    agent.list("argv", start.agent.command.iter().map(|word| word.as_bytes()));
    agent.text("name", &shorten(&start.agent.name, NAME_LIMIT));
    agent.end();
    let mut certificate = line.object("cert");
    certificate.text("body", opening.certificate);
    certificate.text("sshsig", opening.signature);
    certificate.end();
    let mut clock = line.object("clock");
    clock.text_if("boot_id", start.clock.boot_id.as_deref());
    clock.end();
    line.foreign("cwd", start.cwd.as_os_str().as_bytes());
    line.list("doors", start.doors.iter().map(|door| door.as_str().as_bytes()));
    line.text("durability", "write");
    let mut host = line.object("host");
    host.text("id", &start.host.id);
    if let Some(machine) = &start.host.machine {
        digest(&mut host, "machine_id_h", machine);
    }
    host.text("os", &start.host.os);
    host.end();
    line.text("kind", "session_start");
    line.text("mode", start.mode.as_str());
    head.mono(&mut line);
    let mut policy = line.object("policy");
    digest(&mut policy, "sha256", &start.policy);
    policy.end();
    if let Some((id, root)) = opening.previous {
        let mut previous = line.object("prev_session");
        previous.text("id", id.as_str());
        previous.base64("root", &root.0);
        previous.end();
    }
    line.raw("principal", &fixed.principal);
    let mut product = line.object("product");
    if let Some(exe) = &start.product.exe_sha256 {
        digest(&mut product, "exe_sha256", exe);
    }
    product.text("name", &start.product.name);
    product.text("version", &start.product.version);
    product.end();
    head.session(&mut line);
    let mut tiers = line.object("tiers");
    tiers.text("exec", &start.tiers.exec);
    tiers.text("files", &start.tiers.files);
    tiers.text("net", &start.tiers.net);
    tiers.end();
    head.time(&mut line);
    line.foreign("workspace", start.workspace.as_os_str().as_bytes());
    line.end();
}

pub(super) fn policy_loaded(buffer: &mut Buffer, head: &Head<'_>, record: &PolicyRecord) {
    let mut line = head.begin(buffer);
    line.text("kind", "policy_loaded");
    head.mono(&mut line);
    let mut policy = line.object("policy");
    policy.text("format", "yaml");
    policy.text("layer", record.layer.as_str());
    policy.foreign("path", record.path.as_os_str().as_bytes());
    policy.uint("rules", record.rules);
    digest(&mut policy, "sha256", &record.sha256);
    policy.end();
    head.session(&mut line);
    head.time(&mut line);
    line.end();
}

/// `nth` counts the decisions of the same value from 1: contiguity shows that a report omits none.
pub(super) fn decision(buffer: &mut Buffer, head: &Head<'_>, record: &DecisionRecord<'_>, nth: u64, fixed: &Fixed) {
    let request = record.request;
    let found = record.evaluation.and_then(|evaluation| evaluation.deciding());
    let mut line = head.begin(buffer);
    let mut action = line.object("action");
    action.list("argv", request.argv.iter().map(|word| word.as_bytes()));
    action.foreign("cwd", request.cwd.as_os_str().as_bytes());
    action.foreign("exe", request.program.path.as_os_str().as_bytes());
    let FileId { device, inode } = request.program.id;
    action.formatted("file", format_args!("{device}:{inode}"));
    if let Some(named) = &request.named {
        action.foreign("named", named.as_os_str().as_bytes());
    }
    action.plain("op", b"exec");
    action.int("pid", request.process.0);
    action.int("ppid", request.parent.0);
    action.end();
    line.raw("agent", &fixed.agent);
    line.plain("by", record.by.as_str().as_bytes());
    if let Some(found) = found
        && !found.controls.is_empty()
    {
        line.list("controls", found.controls.iter().map(|control| control.as_bytes()));
    }
    line.plain("decision", record.decision.as_str().as_bytes());
    line.plain("door", request.door.as_str().as_bytes());
    line.uint("eval_us", micros(record.eval));
    if let By::Grant(seq) = record.by {
        line.uint("grant", seq.0);
    }
    line.plain("kind", b"decision");
    let matches = record.evaluation.map_or(&[][..], |evaluation| &evaluation.matches);
    line.list("matched", matches.iter().map(|found| found.rule.as_str().as_bytes()));
    line.plain("mode", record.mode.as_str().as_bytes());
    head.mono(&mut line);
    line.uint("nth", nth);
    line.plain("phase", b"pre");
    line.plain("policy", hex(&record.policy).first_chunk::<12>().map_or(&[][..], |short| short));
    line.raw("principal", &fixed.principal);
    let unknown = record.evaluation.filter(|evaluation| evaluation.outcome == Outcome::Unknown);
    line.text_if(
        "reason",
        record
            .fault
            .or_else(|| found.and_then(|found| found.reason.as_deref()))
            .or_else(|| unknown.and_then(|evaluation| evaluation.unknown.as_deref())),
    );
    line.text("rule", record.evaluation.map_or(record.by.as_str(), |evaluation| evaluation.rule_name()));
    if let Some(found) = found {
        let mut source = line.object("rule_source");
        source.foreign("file", found.place.file.as_os_str().as_bytes());
        source.plain("layer", found.place.layer.as_str().as_bytes());
        source.uint("line", u64::from(found.place.line));
        source.end();
    }
    line.plain("scope", words::scope(record.scope).as_bytes());
    head.session(&mut line);
    if let Some(severity) = found.and_then(|found| found.severity) {
        line.plain("severity", severity.as_str().as_bytes());
    }
    line.plain("tier", record.tier.as_str().as_bytes());
    line.plain("truth", words::truth(request.truth).as_bytes());
    head.time(&mut line);
    line.end();
}

pub(super) fn approval(buffer: &mut Buffer, head: &Head<'_>, record: &ApprovalRecord<'_>) {
    let mut line = head.begin(buffer);
    line.plain("answer", record.answer.as_str().as_bytes());
    if let Some(approver) = &record.approver {
        let mut object = line.object("approver");
        object.text("id", approver.id);
        object.text("method", approver.method);
        object.end();
    }
    line.plain("kind", b"approval");
    line.text_if("message", record.message);
    head.mono(&mut line);
    line.uint("of_seq", record.of.0);
    if let Some(scope) = record.scope {
        line.plain("scope", scope.as_str().as_bytes());
    }
    head.session(&mut line);
    head.time(&mut line);
    line.uint("waited_ms", millis(record.waited));
    line.end();
}

pub(super) fn outcome(buffer: &mut Buffer, head: &Head<'_>, record: &OutcomeRecord) {
    let (exit, signal) = match record.fate {
        Fate::Exited(status) => (Some(status), None),
        Fate::Killed(signal) => (None, Some(signal)),
        Fate::Replaced | Fate::Running | Fate::Unknown => (None, None),
    };
    let mut line = head.begin(buffer);
    line.int_or_null("exit", exit);
    line.plain("kind", b"outcome");
    head.mono(&mut line);
    line.uint("of_seq", record.of.0);
    line.plain("phase", b"post");
    head.session(&mut line);
    line.int_or_null("signal", signal);
    line.plain("state", record.fate.as_str().as_bytes());
    head.time(&mut line);
    match record.wall {
        Some(wall) => line.uint("wall_us", micros(wall)),
        None => line.null("wall_us"),
    }
    line.end();
}

/// Writes a gap. A `fragment` is what a failed write left in the file before this line.
pub(super) fn gap(
    buffer: &mut Buffer,
    head: &Head<'_>,
    record: &GapRecord<'_>,
    since: Option<&Stamp>,
    fragment: Option<&Fragment>,
) {
    let mut line = head.begin(buffer);
    line.plain("cause", record.cause.as_str().as_bytes());
    line.text_if("detail", record.detail);
    if let Some(fragment) = fragment {
        let mut object = line.object("fragment");
        object.uint("bytes", fragment.bytes);
        digest(&mut object, "sha256", &fragment.sha256);
        object.end();
    }
    line.plain("kind", b"gap");
    let mut lost = line.object("lost");
    lost.uint("max", record.lost_max);
    lost.uint("min", record.lost_min);
    lost.end();
    line.plain("mode", record.mode.as_str().as_bytes());
    head.mono(&mut line);
    line.boolean("recovered", record.recovered);
    head.session(&mut line);
    if let Some(since) = since {
        line.plain("since", since.text());
    }
    head.time(&mut line);
    line.end();
}

/// What a checkpoint says: everything before it.
pub(super) struct Checkpoint<'a> {
    pub(super) counts: &'a Tally,
    pub(super) root: Digest,
    pub(super) epoch: u64,
    /// The public key that signs from the next line on.
    pub(super) next_key: Option<[u8; 32]>,
}

pub(super) fn checkpoint(buffer: &mut Buffer, head: &Head<'_>, checkpoint: &Checkpoint<'_>) {
    let mut line = head.begin(buffer);
    let mut counts = line.object("counts");
    for (name, count) in checkpoint.counts.iter() {
        counts.uint(name, count);
    }
    counts.end();
    line.uint("epoch", checkpoint.epoch);
    line.plain("kind", b"checkpoint");
    head.mono(&mut line);
    if let Some(key) = &checkpoint.next_key {
        line.base64("next_key", key);
    }
    line.base64("root", &checkpoint.root.0);
    head.session(&mut line);
    line.uint("size", head.seq);
    head.time(&mut line);
    line.end();
}

pub(super) fn session_end(buffer: &mut Buffer, head: &Head<'_>, ending: &Ending) {
    let mut line = head.begin(buffer);
    let mut children = line.object("children");
    children.uint("killed", ending.children_killed);
    children.uint("total", ending.children_total);
    children.end();
    line.int_or_null("exit", ending.exit);
    line.plain("kind", b"session_end");
    head.mono(&mut line);
    line.plain("reason", ending.reason.as_str().as_bytes());
    head.session(&mut line);
    line.int_or_null("signal", ending.signal);
    head.time(&mut line);
    line.end();
}
