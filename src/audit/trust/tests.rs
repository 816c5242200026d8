//! The formats against the tools that own them.

use super::*;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

#[expect(clippy::disallowed_methods, reason = "a test asks the stock tool")]
fn ssh_keygen(arguments: &[&str], input: &[u8]) -> Option<(bool, String)> {
    let child = Command::new("ssh-keygen")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: ssh-keygen is not installed");
        return None;
    };
    child.stdin.take().expect("stdin").write_all(input).expect("input");
    let output = child.wait_with_output().expect("output");
    Some((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[test]
fn ssh_keygen_reads_the_key_and_accepts_the_signature_for_its_purpose_only() {
    let folder = tempfile::tempdir().expect("folder");
    let key = HostKey::load_or_create(folder.path(), "tollgate test-host").expect("key");
    let path = folder.path().join("host_ed25519");
    let Some((ok, printed)) = ssh_keygen(&["-y", "-f", path.to_str().expect("path")], b"") else { return };
    assert!(ok);
    assert_eq!(PublicKey::parse(&printed), Some(key.public()));

    let signers = folder.path().join("allowed_signers");
    fs::write(&signers, format!("test-host namespaces=\"tollgate-*\" {}\n", key.public())).expect("signers");
    let signature = folder.path().join("x.sig");
    fs::write(&signature, key.sign(Namespace::Seal, b"a message\n")).expect("signature");
    let check = |namespace: &str, message: &[u8]| {
        let arguments = [
            "-Y",
            "verify",
            "-f",
            signers.to_str().expect("path"),
            "-I",
            "test-host",
            "-n",
            namespace,
            "-s",
            signature.to_str().expect("path"),
        ];
        ssh_keygen(&arguments, message).expect("installed").0
    };
    assert!(check("tollgate-seal@v1", b"a message\n"));
    assert!(!check("tollgate-seal@v1", b"another message\n"));
    assert!(!check("tollgate-index@v1", b"a message\n"));
}

#[test]
fn a_signature_by_ssh_keygen_is_accepted() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("key");
    let path_text = path.to_str().expect("path");
    let Some((ok, _)) = ssh_keygen(&["-q", "-t", "ed25519", "-N", "", "-f", path_text], b"") else { return };
    assert!(ok);
    let public = PublicKey::parse(&fs::read_to_string(folder.path().join("key.pub")).expect("public")).expect("key");
    let (ok, signature) =
        ssh_keygen(&["-Y", "sign", "-q", "-f", path_text, "-n", "tollgate-seal@v1"], b"hello").expect("installed");
    assert!(ok);
    assert!(verify(&public, Namespace::Seal, b"hello", &signature));
    assert!(!verify(&public, Namespace::Index, b"hello", &signature));
    assert!(!verify(&public, Namespace::Seal, b"hellO", &signature));
    let private = private::read(&fs::read_to_string(&path).expect("private")).expect("reads");
    assert_eq!(PublicKey(private.verifying_key()), public);
}

#[test]
fn the_key_is_made_once_and_kept_private() {
    let folder = tempfile::tempdir().expect("folder");
    let keys = folder.path().join("keys");
    let first = HostKey::load_or_create(&keys, "c").expect("made").public();
    assert_eq!(HostKey::load_or_create(&keys, "c").expect("read").public(), first);
    let mode = |path: &std::path::Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(mode(&keys.join("host_ed25519")), 0o600);
    assert_eq!(fs::read_dir(&keys).expect("folder").count(), 2);
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    HostKey::load_or_create(folder.path(), "c").expect("made");
    let path = folder.path().join("host_ed25519");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
    let error = HostKey::load_or_create(folder.path(), "c").err().expect("refused");
    assert!(matches!(error, crate::audit::AuditError::TooOpen { mode: 0o640, .. }), "{error}");
}

#[test]
fn another_public_key_beside_the_private_one_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    HostKey::load_or_create(folder.path(), "c").expect("made");
    let other = PublicKey(generate().expect("key").verifying_key());
    fs::write(folder.path().join("host_ed25519.pub"), format!("{other}\n")).expect("write");
    assert!(HostKey::load_or_create(folder.path(), "c").is_err());
}

#[test]
fn two_first_sessions_agree_on_one_key() {
    let folder = tempfile::tempdir().expect("folder");
    let keys: Vec<PublicKey> = std::thread::scope(|scope| {
        let start = || HostKey::load_or_create(folder.path(), "c").expect("key").public();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().expect("thread")).collect()
    });
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{keys:?}");
}

#[test]
fn a_note_opens_only_with_its_key_and_its_words() {
    let key = generate().expect("key");
    let public = PublicKey(key.verifying_key());
    let note = Note { origin: "tollgate/host-7".into(), size: 5, root: crate::audit::hash::sha256(b"root") };
    let text = note.sign(&key);
    assert_eq!(Note::open(&text, &public), Some(note));
    assert_eq!(Note::open(&text.replacen("\n5\n", "\n4\n", 1), &public), None);
    let other = PublicKey(generate().expect("key").verifying_key());
    assert_eq!(Note::open(&text, &other), None);
}

#[test]
fn a_note_is_the_one_of_the_specification() {
    // C2SP signed-note: the key hash is SHA-256(name || 0x0a || 0x01 || key)[..4].
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let note = Note { origin: "example.com/log".into(), size: 1, root: crate::audit::hash::sha256(b"") };
    let text = note.sign(&key);
    let mut named = b"example.com/log\n\x01".to_vec();
    named.extend_from_slice(key.verifying_key().as_bytes());
    let hash = crate::audit::hash::sha256(&named);
    let encoded =
        text.lines().last().and_then(|line| line.strip_prefix("\u{2014} example.com/log ")).expect("signature");
    let blob = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).expect("base64");
    assert_eq!(blob.len(), 68);
    assert_eq!(blob[..4], hash.0[..4]);
}
