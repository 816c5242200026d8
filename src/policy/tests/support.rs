//! Policies and commands for the tests.

use crate::model::{Evaluation, Invocation, Layer, Names, Program, Scope, Subject, Via};
use crate::policy::{Context, Described, Policy, Source, World};
use std::ffi::OsString;
use std::path::Path;
pub(super) const CWD: &str = "/home/dev/proj";

pub(super) fn context() -> Context {
    Context {
        now: None,
        trusted_project: None,
        cache: None,
        workspace: CWD.into(),
        home: Some("/home/dev".into()),
        tmp: vec!["/tmp".into()],
        world: World::described(Described {
            links: vec![("/home/dev/proj/link".into(), "/etc/target".into())],
            branches: vec![(CWD.into(), "feature/login".to_owned())],
        }),
    }
}

pub(super) fn text(name: &str, text: &str, layer: Layer) -> Source {
    Source::Text { name: name.to_owned(), text: text.to_owned(), layer }
}

pub(super) fn load(yaml: &str) -> Policy {
    Policy::load(&[text("test.yaml", yaml, Layer::Session)], &context()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A policy that allows what these rules do not stop.
pub(super) fn rules(rules: &str) -> Policy {
    load(&format!("version: \"1.0\"\ndefaults: {{ action: allow, unknown: allow }}\nrules:\n{rules}"))
}

pub(super) fn starter() -> Policy {
    Policy::load(&[Source::Builtin("starter")], &context()).unwrap_or_else(|errors| panic!("{errors}"))
}

pub(super) fn example(name: &str) -> Policy {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy-examples").join(name);
    let layer = crate::policy::stated_layer(&path).unwrap_or(Layer::Session);
    Policy::load(&[Source::Draft { path, layer }], &context()).unwrap_or_else(|errors| panic!("{errors}"))
}

pub(super) fn line(policy: &Policy, text: &str) -> Evaluation {
    policy.evaluate_line(text, Path::new(CWD), &[])
}

/// One program as the kernel door sees it.
pub(super) fn running(path: &str, certain: &[&str], argv: &[&str]) -> Invocation {
    let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let names = Names { certain: strings(certain), possible: Vec::new() };
    Invocation {
        program: Program { names, paths: vec![path.into()], ..Program::default() },
        argv: argv.iter().map(OsString::from).collect(),
        cwd: CWD.into(),
        environment: Vec::new(),
        process: None,
        via: Via::Direct,
    }
}

pub(super) fn exec(policy: &Policy, path: &str, argv: &[&str]) -> Evaluation {
    let name = path.rsplit('/').next().unwrap();
    let certain = if path.starts_with("/usr/bin/") || path.starts_with("/bin/") { vec![name] } else { vec![] };
    policy.evaluate(&Subject { readings: vec![running(path, &certain, argv)], scope: Scope::Exec })
}
