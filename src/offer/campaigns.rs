//! The campaigns of a shop, in GrowthBook's payload.

use crate::value::Value;

/// All features, experiments, saved groups and bandits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Campaigns {
    payload: Value,
}

impl Campaigns {
    /// Takes a payload `{features, experiments, savedGroups, contextualBandits}`; an object with none of
    /// these names is taken for the features themselves.
    pub fn new(payload: Value) -> Campaigns {
        let named = ["features", "experiments", "savedGroups", "contextualBandits"];
        if named.iter().any(|name| payload.get(name).is_some()) {
            return Campaigns { payload };
        }
        Campaigns { payload: Value::object([("features", payload)]) }
    }

    /// The payload.
    pub fn payload(&self) -> &Value {
        &self.payload
    }

    /// A part of the payload by its name; `null` where it is absent.
    pub fn part(&self, name: &str) -> &Value {
        self.payload.get(name).unwrap_or(&Value::Null)
    }
}
