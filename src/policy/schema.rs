//! The JSON Schema of policies, made from the tables by which the loader reads.

use super::load::{Key, Kind, language};
use serde_json::{Map, Value, json};

/// The draft that the schema is written in.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the schema of a policy file.
///
/// It says which keys and words there are, and of what kind a value is. Whether a pattern compiles, a set
/// exists or an example holds, only loading says.
#[must_use]
pub fn schema() -> Value {
    let mut made = Schema::default();
    let mut file = made.mapping(&language::of_file());
    let matching = made.mapping(&language::of_match());
    let mut rule = made.mapping(&language::of_rule());
    add(&mut file, "$schema", json!(DRAFT));
    add(&mut file, "title", json!("tollgate policy"));
    add(&mut file, "required", json!(["version", "rules"]));
    if let Some(version) = file.pointer_mut("/properties/version") {
        // Without quotes YAML takes 1.0 for a number, and 1.10 for 1.1.
        let about = version.get("description").cloned().unwrap_or_default();
        *version = json!({ "type": "string", "pattern": "^1(\\.[0-9]{1,5})?$", "description": about });
    }
    add(&mut rule, "required", json!(["action"]));
    add(&mut rule, "oneOf", json!([{ "required": ["pattern"] }, { "required": ["match"] }]));
    let when = made.mapping(&language::of_when());
    made.define("when", at_least_one(when));
    let mut both = language::of_match();
    let known = |keys: &[Key], name: &str| keys.iter().any(|key| key.name == name);
    for key in language::of_when() {
        if !known(&both, key.name) {
            both.push(key);
        }
    }
    let both = made.mapping(&both);
    made.define("match_and_when", at_least_one(both));
    made.define("match", at_least_one(matching));
    made.define("rule", rule);
    made.define("text", json!({ "type": ["string", "number", "boolean"] }));
    let texts = json!([{ "$ref": "#/$defs/text" }, list_of(&json!({ "$ref": "#/$defs/text" }))]);
    made.define("texts", json!({ "anyOf": texts }));
    add(&mut file, "$defs", Value::Object(made.defs));
    file
}

fn add(to: &mut Value, key: &str, value: Value) {
    if let Value::Object(members) = to {
        members.insert(key.to_owned(), value);
    }
}

fn at_least_one(mut mapping: Value) -> Value {
    add(&mut mapping, "minProperties", json!(1));
    mapping
}

/// An empty list is refused: it would match nothing, or everything, and nobody means either.
fn list_of(item: &Value) -> Value {
    json!({ "type": "array", "items": item, "minItems": 1 })
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// What has been described so far.
#[derive(Default)]
struct Schema {
    defs: Map<String, Value>,
    /// The tables that are described, or being described: some hold themselves.
    tables: Vec<&'static [Key]>,
}

impl Schema {
    fn define(&mut self, name: &str, value: Value) {
        self.defs.insert(name.to_owned(), value);
    }

    fn mapping(&mut self, keys: &[Key]) -> Value {
        let mut properties = Map::new();
        for key in keys {
            let mut value = self.kind(&key.value);
            add(&mut value, "description", json!(key.about));
            properties.insert(key.name.to_owned(), value);
        }
        json!({ "type": "object", "properties": properties, "additionalProperties": false })
    }

    /// Describes a table once, so that one that holds itself comes to an end.
    fn table(&mut self, keys: &'static [Key]) -> Value {
        let known = self.tables.iter().position(|known| std::ptr::eq(*known, keys));
        if let Some(number) = known {
            return refer(&format!("mapping{number}"));
        }
        let name = format!("mapping{}", self.tables.len());
        self.tables.push(keys);
        let described = self.mapping(keys);
        self.define(&name, described);
        refer(&name)
    }

    fn kind(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Text => refer("text"),
            Kind::Texts | Kind::Set(_) => refer("texts"),
            Kind::Word(words) => json!({ "enum": words }),
            Kind::Words(words) => json!({ "anyOf": [{ "enum": words }, list_of(&json!({ "enum": words }))] }),
            Kind::Flag => json!({ "enum": [true, false, "true", "false"] }),
            Kind::Number => {
                json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+$" }] })
            }
            Kind::Duration => json!({ "type": "string", "pattern": "^[0-9]+[smh]$" }),
            Kind::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}" }),
            Kind::Mapping(keys) => self.table(keys),
            Kind::Mappings(keys) => {
                let item = self.table(keys);
                json!({ "type": "array", "items": item })
            }
            Kind::Named(kind) => {
                let value = self.kind(kind);
                json!({ "type": "object", "additionalProperties": value })
            }
            Kind::List(kind) => {
                let item = self.kind(kind);
                json!({ "type": "array", "items": item })
            }
            Kind::Either(kinds) => {
                let kinds: Vec<Value> = kinds.iter().map(|kind| self.kind(kind)).collect();
                json!({ "anyOf": kinds })
            }
            Kind::Match => refer("match"),
            Kind::Matches => list_of(&refer("match")),
            Kind::When => refer("when"),
            Kind::Whens => list_of(&refer("when")),
            Kind::MatchAndWhen => refer("match_and_when"),
            Kind::Rules => json!({ "type": "array", "items": refer("rule") }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(policy: &str) -> bool {
        let value: Value = serde_yaml::from_str(policy).unwrap();
        jsonschema::draft202012::new(&schema()).unwrap().is_valid(&value)
    }

    #[test]
    fn it_is_a_schema_of_its_draft_and_every_reference_is_there() {
        let schema = schema();
        assert!(jsonschema::draft202012::meta::is_valid(&schema));
        let text = schema.to_string();
        for name in text.split("\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(schema.pointer(&format!("/$defs/{name}")).is_some(), "{name}");
        }
    }

    #[test]
    fn the_builtin_policies_are_valid() {
        assert!(valid(crate::policy::builtin::text("starter").unwrap()));
    }

    #[test]
    fn what_loading_refuses_by_its_shape_is_invalid() {
        let rule = |rest: &str| format!("version: \"1.0\"\nrules:\n  - {{ action: deny, {rest} }}\n");
        assert!(valid(&rule("pattern: \"rm -rf /\"")));
        assert!(valid(&rule(
            "match: { program: git, flags: { any: [--force] }, path: { any: [ { in: [workspace] } ] } }"
        )));
        for wrong in [
            rule("patern: x"),
            rule("match: {}"),
            rule("match: { programme: git }"),
            rule("match: { program: [] }"),
            rule("match: { program: git }, pattern: x"),
            rule("match: { path: { any: [ { within: [workspace] } ] } }"),
            rule("match: { any: [ { not: { programme: git } } ] }"),
            "version: \"1.0\"\nrules: [ { pattern: x } ]\n".to_owned(),
            "version: 1.0\nrules: []\n".to_owned(),
            "version: \"2.0\"\nrules: []\n".to_owned(),
            "version: \"1.0\"\n".to_owned(),
            "version: \"1.0\"\ndefaults: { action: maybe }\nrules: []\n".to_owned(),
        ] {
            assert!(!valid(&wrong), "{wrong}");
        }
    }
}
