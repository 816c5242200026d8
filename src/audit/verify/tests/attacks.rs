//! The attacks of the design's threat table, carried out on real files.

use super::*;
use crate::audit::trust::PublicKey;
use crate::model::Decision;
use proptest::prelude::*;

#[test]
fn an_edited_line_breaks_the_chain_behind_it_and_what_is_before_stays_proven() {
    let (ground, path) = unsealed();
    let mut text = lines(&path);
    let denied = position(&text, "evil.example");
    text[denied] = text[denied].replace("evil.example", "good.example");
    write(&path, &text);
    let line = u64::try_from(denied).expect("fits") + 1;
    assert_eq!(faults(&ground), [(Some(line), Cause::Signature), (Some(line + 1), Cause::Chain)]);
    let report = ground.verify();
    // Signed lines before it: the policy line, and those that the runs waited for.
    let proven = report.files[0].proven_lines;
    assert!((2..line).contains(&proven), "{report}");
    let shown = report.to_string();
    assert!(shown.contains(&format!("lines 1 to {proven} are still proven")), "{shown}");
    assert!(shown.contains(&format!("line {line}: signature: ")), "{shown}");
}

#[test]
fn swapped_removed_and_inserted_lines_break_the_chain() {
    let (ground, path) = sealed();
    let whole = lines(&path);
    let middle = whole.len() / 2;
    let mut swapped = whole.clone();
    swapped.swap(middle, middle + 1);
    let mut removed = whole.clone();
    removed.remove(middle);
    let mut inserted = whole.clone();
    inserted.insert(middle, whole[middle - 1].clone());
    for changed in [swapped, removed, inserted] {
        write(&path, &changed);
        assert!(faults(&ground).iter().any(|(_, cause)| *cause == Cause::Chain));
    }
    write(&path, &whole);
    assert!(ground.verify().is_whole());
}

#[test]
fn a_chain_computed_again_does_not_hold_against_the_signatures() {
    let (ground, path) = unsealed();
    let whole = lines(&path);
    let mut text = whole.clone();
    let run = position(&text, "\"git\",\"status\"");
    text[run] = text[run].replace("status", "revert");
    rechain(&mut text);
    write(&path, &text);
    // The run itself needs no signature; every signed line behind it tells.
    let denied = u64::try_from(position(&text, "evil.example")).expect("fits") + 1;
    assert!(faults(&ground).contains(&(Some(denied), Cause::Signature)));
    assert!(faults(&ground).iter().all(|(_, cause)| *cause == Cause::Signature));
    write(&path, &whole);
    let mut text = lines(&path);
    let denied = position(&text, "\"decision\":\"deny\"");
    text.remove(denied);
    rechain(&mut text);
    write(&path, &text);
    assert!(faults(&ground).iter().any(|(_, cause)| *cause == Cause::Signature));
}

#[test]
fn signatures_cannot_be_left_out() {
    let (ground, path) = unsealed();
    let mut text: Vec<String> = lines(&path).iter().map(|line| strip(line)).collect();
    rechain(&mut text);
    write(&path, &text);
    let causes = faults(&ground);
    assert!(causes.contains(&(Some(1), Cause::Unsigned)), "{causes:?}");
    assert!(causes.iter().filter(|(_, cause)| *cause == Cause::Unsigned).count() >= 6, "{causes:?}");
}

#[test]
fn json_written_again_and_members_written_twice_are_refused() {
    let (ground, path) = unsealed();
    let whole = lines(&path);
    let denied = position(&whole, "\"decision\":\"deny\"");
    for (from, to) in [
        ("{\"_prev\"", "{ \"_prev\""),
        ("\"decision\":\"deny\"", "\"decision\":\"deny\",\"decision\":\"allow\""),
        ("\"nth\":1", "\"nth\":1.0"),
        ("\"curl\"", "\"\\u0063url\""),
    ] {
        let mut text = whole.clone();
        text[denied] = text[denied].replacen(from, to, 1);
        assert_ne!(text, whole);
        write(&path, &text);
        assert!(faults(&ground).iter().any(|(_, cause)| *cause == Cause::NotCanonical), "{from}");
    }
}

#[test]
fn lines_and_files_of_another_session_are_recognised() {
    let ground = Ground::new();
    let first = ground.whole_session().path;
    let second = ground.whole_session().path;
    let (one, two) = (lines(&first), lines(&second));
    let denied = position(&one, "\"decision\":\"deny\"");
    let mut mixed = two.clone();
    mixed[denied] = one[denied].clone();
    rechain(&mut mixed);
    write(&second, &mixed);
    assert!(faults(&ground).contains(&(u64::try_from(denied + 1).ok(), Cause::Session)));
    // The whole file, under the other's name, with its own good seal.
    fs::copy(&first, &second).expect("copies");
    for extension in ["seal", "seal.sig"] {
        fs::copy(first.with_extension(extension), second.with_extension(extension)).expect("copies");
    }
    let causes = faults(&ground);
    assert!(causes.contains(&(Some(1), Cause::Session)), "{causes:?}");
    assert!(causes.contains(&(None, Cause::FileUnknown)), "{causes:?}");
}

#[test]
fn a_sealed_file_cut_at_a_signed_line_is_recognised() {
    let (ground, path) = sealed();
    let text = lines(&path);
    let asked = position(&text, "\"kind\":\"approval\"");
    write(&path, &text[..=asked]);
    let causes = faults(&ground);
    assert!(causes.contains(&(None, Cause::SealMismatch)), "{causes:?}");
    assert!(causes.contains(&(None, Cause::IndexMismatch)), "{causes:?}");
    // A lock on the file does not make it an open session.
    let file = fs::File::open(&path).expect("opens");
    let held = nix::fcntl::Flock::lock(file, nix::fcntl::FlockArg::LockExclusive).expect("locks");
    assert_eq!(faults(&ground), causes);
    drop(held);
    // Nor does it help to take the seal away.
    fs::remove_file(path.with_extension("seal")).expect("removes");
    assert!(faults(&ground).contains(&(None, Cause::SealMissing)));
}

#[test]
fn a_cut_file_without_its_seal_and_its_closing_line_is_recognised() {
    let (ground, path) = sealed();
    let text = lines(&path);
    write(&path, &text[..5]);
    fs::remove_file(path.with_extension("seal")).expect("removes");
    let index = ground.host().join("index.jsonl");
    let kept = lines(&index);
    write(&index, &kept[..1]);
    assert_eq!(ground.causes(), ["index_head"]);
    fs::remove_file(ground.host().join("index.checkpoint")).expect("removes");
    assert_eq!(ground.causes(), ["index_head"]);
    fs::remove_file(&index).expect("removes");
    assert_eq!(ground.causes(), ["index_missing"]);
}

#[test]
fn a_removed_file_is_missed_with_and_without_its_lines_in_the_index() {
    let ground = Ground::new();
    let first = ground.whole_session().path;
    ground.whole_session();
    for extension in ["jsonl", "seal", "seal.sig"] {
        fs::remove_file(first.with_extension(extension)).expect("removes");
    }
    assert_eq!(ground.causes(), ["file_missing"]);
    let index = ground.host().join("index.jsonl");
    let mut kept = lines(&index).split_off(2);
    rechain(&mut kept);
    write(&index, &kept);
    assert_eq!(ground.causes(), ["index_head"]);
}

#[test]
fn a_file_made_elsewhere_is_not_taken_in() {
    let (ground, path) = sealed();
    let (_other, forged) = sealed();
    for extension in ["jsonl", "seal", "seal.sig"] {
        let name = forged.with_extension(extension);
        let place = path.with_file_name(name.file_name().expect("name"));
        fs::copy(name, place).expect("copies");
    }
    let causes: Vec<_> = faults(&ground).into_iter().map(|(_, cause)| cause).collect();
    for cause in [Cause::Certificate, Cause::FileUnknown, Cause::SealSignature] {
        assert!(causes.contains(&cause), "{causes:?}");
    }
}

#[test]
fn the_end_of_a_dead_session_cannot_be_forged_but_can_be_cut_and_that_is_said() {
    let (ground, path) = unsealed();
    let mut text = lines(&path);
    let previous = sha256(text.last().expect("line").as_bytes()).to_string();
    let denied = position(&text, "\"decision\":\"deny\"");
    let mut forged = text[denied].clone();
    forged.replace_range(10..74, &previous);
    text.push(sign(&forged, &SigningKey::from_bytes(&[9; 32])));
    write(&path, &text);
    assert!(faults(&ground).iter().any(|(_, cause)| *cause == Cause::Signature));
    write(&path, &text[..denied]);
    let report = ground.verify();
    assert!(report.is_whole());
    assert!(report.files[0].notes.iter().any(|note| note.contains("cut off its end")), "{report}");
}

#[test]
fn a_stolen_key_rewrites_nothing_of_an_earlier_epoch() {
    let ground = Ground::new();
    let journal = ground.open();
    decide(&journal, Decision::Deny, &["curl"]).expect("deny");
    for _ in 0..2_100 {
        run(&journal, &["true"]).expect("run");
    }
    let key = journal.steal_key();
    let path = journal.path().to_owned();
    drop(journal);
    let whole = lines(&path);
    let ratchet = position(&whole, "\"next_key\"");
    let next = STANDARD.encode(PublicKey(key.verifying_key()).0.as_bytes());
    assert!(whole[ratchet].contains(&next), "the stolen key is that of the second epoch");
    // The thief rewrites the first epoch and signs what must be signed with the key that he has.
    let mut text = whole.clone();
    text[1] = text[1].replace("\"curl\"", "\"date\"");
    let mut previous = "0".repeat(64);
    for line in &mut text {
        line.replace_range(10..74, &previous);
        if line.contains("~sig") {
            *line = sign(line, &key);
        }
        previous = sha256(line.as_bytes()).to_string();
    }
    write(&path, &text);
    let causes = faults(&ground);
    assert!(causes.contains(&(Some(2), Cause::Signature)), "{causes:?}");
}

#[test]
fn a_wrong_key_proves_nothing() {
    let (ground, _path) = sealed();
    let other = Options { host_key: PublicKey(SigningKey::from_bytes(&[1; 32]).verifying_key()) };
    let report = verify(&[ground.audit()], &other);
    let causes = codes(&report);
    for cause in ["certificate", "seal_signature", "index_head"] {
        assert!(causes.contains(&cause), "{causes:?}");
    }
    assert_eq!(report.files[0].proven_lines, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn flipping_any_bit_is_noticed(which in 0..4_usize, place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let (ground, path) = sealed();
        let target = match which {
            0 => path.clone(),
            1 => path.with_extension("seal"),
            2 => ground.host().join("index.jsonl"),
            _ => ground.host().join("index.checkpoint"),
        };
        let mut bytes = fs::read(&target).expect("reads");
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        fs::write(&target, bytes).expect("writes");
        let report = ground.verify();
        prop_assert!(!report.is_whole(), "byte {place} of {}: {report}", target.display());
    }
}
