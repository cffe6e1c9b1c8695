//! The presets the relay brings.

use super::{Preset, PresetError};
use std::path::Path;
use std::sync::Arc;

macro_rules! presets {
    ($($name:literal),* $(,)?) => {
        /// Name and text of each, in the order they are listed.
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../presets/", $name, ".toml")))),*];
    };
}

presets![
    "hubspot",
    "salesforce",
    "salesforce-web-to-lead",
    "dynamics365",
    "zoho",
    "emarsys",
    "sap-sales-cloud",
    "sugarcrm",
    "suitecrm",
    "insightly",
    "agile-crm",
    "nimble",
    "greenrope",
    "billz",
    "batchbook",
    "bigcontacts",
    "tryton",
    "mhelpdesk",
    "repbox",
    "salesnow",
    "instream",
    "segment",
    "rudderstack",
    "snowplow",
    "posthog",
    "ga4",
    "cloudevents",
    "standard-webhooks",
    "webhook",
    "smtp",
];

/// Other names of presets.
pub const ALIASES: &[(&str, &str)] = &[
    ("dynamics", "dynamics365"),
    ("dynamics-365", "dynamics365"),
    ("microsoft-dynamics-365", "dynamics365"),
    ("sap", "emarsys"),
    ("sap-emarsys", "emarsys"),
    ("sap-sales-cloud-v2", "sap-sales-cloud"),
    ("zoho-crm", "zoho"),
    ("agilecrm", "agile-crm"),
    ("web-to-lead", "salesforce-web-to-lead"),
    ("sales-now", "salesnow"),
    ("google-analytics", "ga4"),
];

/// The names of all presets.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// A preset by name or alias; `None` for a name nobody knows.
///
/// # Errors
/// When the preset is broken, which a test of this crate rules out.
pub fn builtin(name: &str) -> Result<Option<Arc<Preset>>, PresetError> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, meant)| *meant);
    let Some((name, text)) = FILES.iter().find(|(known, _)| *known == name) else { return Ok(None) };
    Preset::parse(name, Path::new(&format!("presets/{name}.toml")), text).map(Some)
}

/// The text of a preset's file.
pub fn source(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_whole() {
        for name in names() {
            let preset = builtin(name).unwrap_or_else(|error| panic!("{error}")).unwrap();
            assert!(!preset.because.is_empty() && !preset.title.is_empty(), "{name}");
        }
        for (alias, _) in ALIASES {
            assert!(builtin(alias).unwrap().is_some(), "{alias}");
        }
        assert!(builtin("nobody").unwrap().is_none());
    }
}
