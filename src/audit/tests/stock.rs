//! What an auditor does without tollgate: `ssh-keygen`, `sha256sum` and a little arithmetic.

use crate::audit::testing::*;
use crate::audit::verify::Options;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

#[expect(clippy::disallowed_methods, reason = "a test asks the stock tools")]
fn shell(folder: &Path, script: &str) -> (bool, String) {
    let output =
        Command::new("sh").args(["-euc", script]).current_dir(folder).stdin(Stdio::null()).output().expect("sh runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn openssh_and_coreutils_verify_a_sealed_session() {
    let ground = Ground::new();
    let closed = ground.whole_session();
    let day = closed.path.parent().expect("day");
    if !shell(day, "command -v ssh-keygen sha256sum").0 {
        eprintln!("skipped: ssh-keygen or sha256sum is not installed");
        return;
    }
    let key = Options::from_keys(&ground.keys()).expect("key").host_key;
    let signers = ground.folder.path().join("allowed_signers");
    fs::write(&signers, format!("host-7 namespaces=\"tollgate-*\" {key}\n")).expect("writes");
    let (signers, seal) = (signers.display(), closed.seal.file_name().expect("name").display().to_string());
    let verify = |namespace: &str, signature: &str| {
        format!("ssh-keygen -Y verify -f '{signers}' -I host-7 -n {namespace} -s '{signature}'")
    };
    let seal_check = format!("{} < {seal}", verify("tollgate-seal@v1", &format!("{seal}.sig")));
    let digest_check = format!("grep '^sha256 ' {seal} | cut -c8- | sha256sum -c -");
    for script in [&seal_check, &digest_check] {
        let (ok, shown) = shell(day, script);
        assert!(ok, "{script}: {shown}");
    }
    let index_check = format!("{} < index.checkpoint.body", verify("tollgate-index@v1", "index.checkpoint.sshsig"));
    let (ok, shown) = shell(&ground.host(), &index_check);
    assert!(ok, "{shown}");

    // The certificate in the first line is one text and one signature.
    let text = fs::read_to_string(&closed.path).expect("reads");
    let first: serde_json::Value = serde_json::from_str(text.lines().next().expect("line")).expect("JSON");
    fs::write(day.join("body"), first["cert"]["body"].as_str().expect("body")).expect("writes");
    fs::write(day.join("body.sig"), first["cert"]["sshsig"].as_str().expect("signature")).expect("writes");
    let (ok, shown) = shell(day, &format!("{} < body", verify("tollgate-session@v1", "body.sig")));
    assert!(ok, "{shown}");

    // Each line names the digest of the one before it, as sha256sum prints it.
    let file = closed.path.file_name().expect("name").display().to_string();
    let chain = format!(
        "previous=$(printf '%064d' 0); while IFS= read -r line; do \
         case $line in '{{\"_prev\":\"'$previous'\"'*) ;; *) echo broken; exit 1;; esac; \
         previous=$(printf %s \"$line\" | sha256sum | cut -c1-64); done < {file}"
    );
    let (ok, shown) = shell(day, &chain);
    assert!(ok, "{shown}");

    fs::write(&closed.seal, fs::read_to_string(&closed.seal).expect("reads").replace("clean", "crash"))
        .expect("writes");
    assert!(!shell(day, &seal_check).0, "a changed seal");
    fs::write(&closed.path, text.replace("evil", "good")).expect("writes");
    assert!(!shell(day, &digest_check).0, "a changed record");
}
