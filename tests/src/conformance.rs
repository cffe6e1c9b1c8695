//! GrowthBook's conformance suite, where the machine has it.

use serde_json::Value;
use std::path::PathBuf;

/// The suite's file: `growthbook-cases.json` in `conformance/` beside the folder of the data.
pub fn path() -> Option<PathBuf> {
    let path = crate::data::folder()?.parent()?.join("conformance/growthbook-cases.json");
    path.is_file().then_some(path)
}

/// The suite.
pub fn suite() -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path()?).ok()?).ok()
}

/// The sections with their cases; of nested ones by `outer/inner`.
pub fn sections(suite: &Value) -> Vec<(String, &Vec<Value>)> {
    let mut found = Vec::new();
    for (name, section) in suite.as_object().into_iter().flatten() {
        match section {
            Value::Array(cases) => found.push((name.clone(), cases)),
            Value::Object(inner) => {
                let nested = inner
                    .iter()
                    .filter_map(|(part, cases)| Some((format!("{name}/{part}"), cases.as_array()?)));
                found.extend(nested);
            }
            _ => {}
        }
    }
    found
}
