//! Campaigns without a page: features, experiments and conditions for given attributes.

use super::host::JsHost;
use super::wire::{from_js, to_js};
use crate::offer::{Campaigns, Evaluation, Experiment, REMOTE_GROUPS, StickyBuckets, holds, problems};
use crate::value::Value;
use wasm_bindgen::prelude::*;

/// A shop's campaigns, read.
#[wasm_bindgen]
pub struct CampaignsCore {
    campaigns: Campaigns,
    host: JsHost,
}

#[wasm_bindgen]
impl CampaignsCore {
    /// Reads `campaigns.json`.
    #[wasm_bindgen(constructor)]
    pub fn new(payload: JsValue) -> CampaignsCore {
        CampaignsCore { campaigns: Campaigns::new(from_js(&payload)), host: JsHost::default() }
    }

    /// What is wrong with the campaigns: `[{path, problem}]`.
    pub fn problems(&self) -> JsValue {
        let told = |found: crate::offer::Problem| {
            Value::object([("path", found.path.into()), ("problem", found.problem.into())])
        };
        to_js(&Value::Array(problems(self.campaigns.payload()).into_iter().map(told).collect()))
    }

    /// A feature's value and why, for one visitor; for a list of keys an object of them.
    pub fn evaluate(&self, keys: JsValue, attributes: JsValue, options: JsValue) -> JsValue {
        let (options, keys) = (from_js(&options), from_js(&keys));
        let attributes = with_groups(from_js(&attributes), &options);
        let mut evaluation = self.evaluation(&attributes, &options);
        let mut result = match &keys {
            Value::String(key) => evaluation.feature(key).into_value(),
            keys => {
                let keys = keys.items().iter().filter_map(Value::as_str);
                Value::Object(
                    keys.map(|key| (key.to_owned(), evaluation.feature(key).into_value())).collect(),
                )
            }
        };
        tell_sticky(&evaluation, &mut result);
        to_js(&result)
    }

    /// What an experiment gives one visitor.
    pub fn run(&self, experiment: JsValue, attributes: JsValue, options: JsValue) -> JsValue {
        let options = from_js(&options);
        let attributes = with_groups(from_js(&attributes), &options);
        let experiment = from_js(&experiment);
        let mut evaluation = self.evaluation(&attributes, &options);
        let mut result = evaluation.run(Experiment::of(&experiment)).told;
        tell_sticky(&evaluation, &mut result);
        to_js(&result)
    }

    /// Whether a condition holds; `groups` instead of the campaigns' own, where given.
    pub fn condition(&self, condition: JsValue, attributes: JsValue, groups: JsValue) -> bool {
        let (condition, attributes) = (from_js(&condition), from_js(&attributes));
        let given = (!groups.is_undefined()).then(|| from_js(&groups));
        let groups = given.as_ref().unwrap_or(self.campaigns.part("savedGroups"));
        holds(&condition, &attributes, groups, &self.host)
    }
}

impl CampaignsCore {
    fn evaluation<'a>(&'a self, attributes: &'a Value, options: &'a Value) -> Evaluation<'a> {
        let member = |name| options.get(name).unwrap_or(&Value::Null);
        let mut evaluation = Evaluation::new(&self.campaigns, &self.host, attributes);
        evaluation.url = options.str("url").unwrap_or_default();
        evaluation.enabled = member("enabled").as_bool() != Some(false);
        evaluation.qa_mode = member("qaMode").as_bool() == Some(true);
        evaluation.forced = member("forcedVariations");
        evaluation.forced_values = member("forcedFeatureValues");
        evaluation.sticky = match member("stickyBuckets") {
            Value::Null => None,
            documents => Some(StickyBuckets::read(documents)),
        };
        evaluation
    }
}

fn with_groups(mut attributes: Value, options: &Value) -> Value {
    if let Some(groups @ Value::Array(_)) = options.get("remoteGroupIds") {
        attributes.set(REMOTE_GROUPS, groups.clone());
    }
    attributes
}

fn tell_sticky(evaluation: &Evaluation, result: &mut Value) {
    if let Some(buckets) = &evaluation.sticky {
        result.set("stickyBuckets", buckets.documents().clone());
    }
}

/// Runs a case of GrowthBook's conformance suite: `undefined`, or what came out instead.
#[cfg(feature = "conformance")]
#[wasm_bindgen]
pub fn conformance(section: &str, case: JsValue) -> JsValue {
    let result = crate::offer::cases::run(section, &from_js(&case), &JsHost::default());
    result.map_or_else(|got| to_js(&got), |()| JsValue::UNDEFINED)
}
