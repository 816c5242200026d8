//! tollgate-policy(5), and the examples beside the package.

use super::pages::{Page, path};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tollgate::model::Layer;
use tollgate::policy::{Complaint, Context, Policy, Source};

/// A key that the language will never have.
const UNKNOWN: &str = "qqqqqqqqqqqqqqqqqqqqqqqq";

/// Returns a policy as what it says it is: it does not stand in its place here.
fn draft(file: &std::path::Path) -> Source {
    Source::Draft { path: file.to_owned(), layer: tollgate::policy::stated_layer(file).unwrap_or(Layer::Session) }
}

fn context() -> Context {
    Context {
        now: None,
        trusted_project: None,
        cache: None,
        workspace: "/srv/project".into(),
        home: Some("/home/somebody".into()),
        tmp: vec!["/tmp".into()],
        world: tollgate::policy::World::described(tollgate::policy::Described::default()),
    }
}

fn complaints(text: &str) -> Vec<Complaint> {
    let source = Source::Text { name: "x.yaml".to_owned(), text: text.to_owned(), layer: Layer::User };
    match Policy::load(&[source], &context()) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.complaints().to_vec(),
    }
}

/// Asks the loader which keys may stand where the unknown key stands in this text.
fn keys(text: &str) -> Option<Vec<String>> {
    let fix = complaints(text).into_iter().find(|one| one.message.contains(UNKNOWN)).and_then(|one| one.fix)?;
    Some(fix.strip_prefix("the keys are: ")?.split(", ").map(str::to_owned).collect())
}

/// Finds every key of the language by asking below each key that is found. `frame` puts a mapping's
/// text into a document.
fn explore(name: &str, frame: &dyn Fn(&str) -> String, found: &mut BTreeMap<Vec<String>, String>) {
    let Some(known) = keys(&frame(&format!("{{ {UNKNOWN}: 1 }}"))) else { return };
    if found.contains_key(&known) {
        return;
    }
    found.insert(known.clone(), name.to_owned());
    for key in &known {
        let inside = format!("{name}.{key}");
        explore(&inside, &|text| frame(&format!("{{ {key}: {text} }}")), found);
        explore(&inside, &|text| frame(&format!("{{ {key}: [{text}] }}")), found);
        explore(&inside, &|text| frame(&format!("{{ {key}: {{ name: {text} }} }}")), found);
    }
}

fn language() -> BTreeMap<Vec<String>, String> {
    let mut found = BTreeMap::new();
    explore("policy", &str::to_owned, &mut found);
    found
}

#[test]
fn the_whole_language_is_found_by_asking() {
    let names: BTreeSet<String> = language().into_values().collect();
    for expected in [
        "policy",
        "policy.metadata",
        "policy.defaults",
        "policy.sets",
        "policy.rules",
        "policy.rules.examples",
        "policy.rules.match",
        "policy.rules.match.argv",
        "policy.rules.match.path",
    ] {
        assert!(names.contains(expected), "{expected} is not among {names:?}");
    }
}

#[test]
fn every_key_of_the_language_is_in_its_page() {
    let bold = Page::open("tollgate-policy.5").bold();
    for (keys, place) in language() {
        for key in keys {
            assert!(bold.contains(&key), "{place}.{key} is not in tollgate-policy(5)");
        }
    }
}

#[test]
fn every_code_of_a_complaint_is_in_the_page() {
    let bold = Page::open("tollgate-policy.5").bold_in("DIAGNOSTICS");
    let mut codes = BTreeSet::new();
    let mut folders = vec![path("src/policy")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap().path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(entry).unwrap();
                let quoted = text.split('"').filter(|word| word.len() == 4 && word.starts_with('P'));
                let numbered = quoted.filter(|word| word.chars().skip(1).all(|c| c.is_ascii_digit()));
                codes.extend(numbered.map(str::to_owned));
            }
        }
    }
    assert!(codes.len() > 20, "{codes:?}");
    let missing: Vec<&String> = codes.difference(&bold).collect();
    assert!(missing.is_empty(), "{missing:?} are not in tollgate-policy(5)");
}

#[test]
fn every_code_of_a_finding_is_in_the_page() {
    let bold = Page::open("tollgate-policy.5").bold_in("Findings of tollgate policy lint");
    let codes = tollgate::policy::lint::CODES;
    let missing: Vec<&str> = codes.iter().map(|code| code.name).filter(|name| !bold.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?} are not in tollgate-policy(5)");
}

#[test]
fn every_policy_of_the_package_is_valid_by_its_schema() {
    let schema = jsonschema::draft202012::new(&tollgate::policy::schema::schema()).unwrap();
    let mut texts: Vec<String> = Page::open("tollgate-policy.5").blocks("example");
    texts.extend(
        tollgate::policy::builtin::list()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
            .iter()
            .filter_map(|name| tollgate::policy::builtin::text(name))
            .map(str::to_owned),
    );
    for folder in ["policy-examples", "tests/battery"] {
        for entry in fs::read_dir(path(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|ending| ending == "yaml") {
                texts.push(fs::read_to_string(file).unwrap());
            }
        }
    }
    assert!(texts.len() >= 8);
    for text in texts {
        let value: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let problems: Vec<String> =
            schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{problems:#?}\n{text}");
    }
}

/// Calls `visit` with the keys of every mapping that a schema describes.
fn mappings(schema: &serde_json::Value, visit: &mut impl FnMut(BTreeSet<String>)) {
    if let Some(properties) = schema.get("properties").and_then(serde_json::Value::as_object) {
        assert_eq!(schema["additionalProperties"], false, "{schema}");
        visit(properties.keys().cloned().collect());
    }
    match schema {
        serde_json::Value::Array(items) => items.iter().for_each(|item| mappings(item, visit)),
        serde_json::Value::Object(members) => members.values().for_each(|member| mappings(member, visit)),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

#[test]
fn the_schema_has_the_keys_that_the_loader_has_and_no_others() {
    let mut described = BTreeSet::new();
    mappings(&tollgate::policy::schema::schema(), &mut |keys| {
        described.insert(keys);
    });
    for (keys, place) in language() {
        let keys: BTreeSet<String> = keys.into_iter().collect();
        assert!(described.contains(&keys), "{place}: {keys:?} is not in the schema");
    }
}

#[test]
fn the_examples_in_the_page_load() {
    let blocks = Page::open("tollgate-policy.5").blocks("example");
    assert!(blocks.len() >= 4, "{blocks:?}");
    for block in blocks {
        assert_eq!(complaints(&block), [], "{block}");
    }
}

#[test]
fn the_policy_in_readme_loads() {
    let text = super::pages::file("README.md");
    let block = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(complaints(block), [], "{block}");
}

#[test]
fn every_example_policy_loads_and_is_in_the_list() {
    let list = super::pages::file("policy-examples/README.md");
    let mut count = 0;
    for entry in fs::read_dir(path("policy-examples")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        count += 1;
        assert!(list.contains(&format!("`{name}`")), "policy-examples/README.md does not name {name}");
        let loaded = Policy::load(&[draft(&file)], &context());
        assert!(loaded.is_ok(), "{name}: {}", loaded.unwrap_err());
    }
    assert!(count >= 7);
}

#[test]
fn every_example_policy_is_clean_tested_and_can_be_formatted() {
    for entry in fs::read_dir(path("policy-examples")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".yaml") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let formatted = tollgate::policy::format::format(&name, &text).unwrap();
        assert_eq!(tollgate::policy::format::format(&name, &formatted).unwrap(), formatted, "{name}");
        // The short form of articles is kept as it is found.
        if name == "simple-form.yaml" {
            continue;
        }
        let today = jiff::civil::date(2026, 11, 20);
        let found = tollgate::policy::lint::lint(&[draft(&file)], &context(), today).unwrap();
        let open: Vec<_> = found.iter().filter(|one| one.waived.is_none()).collect();
        assert!(open.is_empty(), "{name}: {open:#?}");
        let report = tollgate::policy::testing::run(&draft(&file)).unwrap();
        assert!(report.failures.is_empty(), "{name}: {:#?}", report.failures);
        assert!(report.cases > 3 && text.starts_with("# "), "{name} has {} cases", report.cases);
    }
}
