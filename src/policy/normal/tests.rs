use super::*;
use crate::policy::Catalog;
use std::ffi::OsString;

fn command(line: &str) -> Command {
    all(line).into_iter().next().unwrap()
}

fn all(line: &str) -> Vec<Command> {
    let arguments: Vec<Argument> = line.split(' ').map(|word| Argument::Known(OsString::from(word))).collect();
    let name = line.split(' ').next().unwrap();
    let catalog = Catalog::builtin();
    readings(name, &arguments, catalog.entry(name))
}

/// The canonical names of the flags, sorted, then the operands.
fn shape(command: &Command) -> (Option<String>, Vec<String>, Vec<String>) {
    let mut flags: Vec<String> = command.flags.iter().map(|flag| flag.name().to_owned()).collect();
    flags.sort();
    let operands = command.operands.iter().map(|operand| operand.text.clone().into_string().unwrap()).collect();
    (command.subcommand.clone(), flags, operands)
}

#[test]
fn every_spelling_of_a_command_is_the_same() {
    for (first, others) in [
        ("rm -rf /", vec!["rm -fr /", "rm -r -f /", "rm --recursive --force /", "rm / -Rf", "rm --rec --forc -- /"]),
        (
            "git push --force origin main",
            vec!["git push -f origin main", "git push origin main --force", "git push --forc origin main"],
        ),
        ("npm install -g x", vec!["npm i -g x", "npm -g add x", "npm i x --global"]),
        ("kubectl delete pod x -n prod", vec!["kubectl -n prod delete pod x", "kubectl --namespace=prod delete pod x"]),
        ("terraform destroy -auto-approve", vec!["terraform destroy --auto-approve"]),
        ("curl -d @x -o y z", vec!["curl --data=@x z -oy"]),
    ] {
        for other in others {
            if other.contains("--forc ") && first.starts_with("git") {
                // Ambiguous for git: every option that it may mean is there, the wanted one too.
                let flags = shape(&command(other)).1;
                assert!(flags.contains(&"--force".to_owned()), "{other}: {flags:?}");
            } else {
                assert_eq!(shape(&command(first)), shape(&command(other)), "{other}");
            }
        }
    }
}

#[test]
fn global_options_stand_before_the_subcommand() {
    let found = command("git -C d -c k=v --git-dir=x --no-pager push -u origin main");
    assert_eq!(found.subcommand.as_deref(), Some("push"));
    assert!(found.certain);
}

#[test]
fn an_unknown_global_option_gives_two_readings() {
    let found: Vec<Option<String>> = all("git --new x push").into_iter().map(|command| command.subcommand).collect();
    assert_eq!(found, [Some("x".to_owned()), Some("push".to_owned())]);
}

#[test]
fn the_value_of_an_option_is_no_flag() {
    let found = command("git commit -m --amend");
    assert!(found.flags.iter().all(|flag| flag.name() != "--amend"));
    assert!(command("rm -- -rf").flags.is_empty());
}

#[test]
fn a_plus_refspec_is_a_force_push() {
    let flags = command("git push origin +main").flags;
    assert!(flags.iter().any(|flag| flag.spellings.contains(&"--force".to_owned())));
    assert!(command("git push origin main:main").flags.is_empty());
}

#[test]
fn a_file_behind_an_at_sign_is_a_path() {
    let path =
        |line: &str| command(line).flags.into_iter().find(|flag| flag.role == Role::Path).and_then(|flag| flag.value);
    assert_eq!(path("curl -d @/etc/passwd x"), Some("/etc/passwd".into()));
    assert_eq!(path("curl --data-urlencode name@f x"), Some("f".into()));
    assert_eq!(path("curl -F a=@f;type=x x"), Some("f".into()));
    assert_eq!(path("curl -d a=b@c.example x"), None);
}

#[test]
fn what_follows_an_unknown_option_may_be_its_value() {
    let operands = command("tool -C /tmp publish").operands;
    assert_eq!(operands.iter().map(|operand| operand.may_be_value).collect::<Vec<_>>(), [true, false]);
    assert!(command("tool -rf").flags.iter().any(|flag| flag.name() == "-f" && !flag.certain));
}

#[test]
fn bytes_that_are_no_text_stay_themselves() {
    use std::os::unix::ffi::OsStringExt;
    let odd = |byte: u8| {
        let arguments = ["rm".into(), OsString::from_vec(vec![b'a', byte])].map(Argument::Known);
        readings("rm", &arguments, None)
    };
    assert_ne!(odd(0xfe), odd(0xff));
}

#[test]
fn git_takes_back_every_option() {
    let found = command("git push --no-dry --no-force origin main");
    assert!(!found.strange_option);
    assert!(found.flags.iter().any(|flag| flag.name() == "--no-dry-run"));
    assert!(command("git push --no-such origin").strange_option);
}

#[test]
fn a_style_without_options_has_operands_only() {
    let found = command("yarn some-script -x --version=1 -- y");
    assert!(!found.strange_option && found.flags.is_empty());
    assert_eq!(found.operands.len(), 4);
}

#[test]
fn a_value_may_stand_behind_a_colon() {
    let found = command("java -javaagent:/tmp/x.jar=y -jar z.jar --more");
    let agent = found.flags.iter().find(|flag| flag.name() == "-javaagent:").and_then(|flag| flag.value.clone());
    assert_eq!(agent, Some("/tmp/x.jar=y".into()));
    assert!(!found.strange_option);
}
