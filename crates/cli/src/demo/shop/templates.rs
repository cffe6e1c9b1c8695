//! Templates from `www/templates/`: strict, so that a missing word is an error and not a blank.

use super::strings::fill;
use minijinja::value::Kwargs;
use minijinja::{Environment, Error, UndefinedBehavior, path_loader};
use std::path::Path;

/// Templates as they lie in a folder; an edited file shows at the next request.
pub fn environment(folder: &Path) -> Environment<'static> {
    let mut templates = Environment::new();
    templates.set_loader(path_loader(folder));
    templates.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    templates.add_filter("fill", fill_places);
    templates
}

fn fill_places(sentence: &str, values: Kwargs) -> Result<String, Error> {
    let mut pairs = Vec::new();
    for name in values.args() {
        pairs.push((name, values.get::<minijinja::Value>(name)?.to_string()));
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(fill(sentence, &pairs))
}
