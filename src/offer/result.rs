//! Answers, in the fields GrowthBook gives them.

use super::operator::truthy;
use super::told::Told;
use crate::value::Value;

/// A feature's value for one visitor, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureResult<'a> {
    /// The value; `null` where there is none.
    pub value: &'a Value,
    /// Where it comes from: `unknownFeature`, `defaultValue`, `force`, `experiment`, `override`,
    /// `prerequisite` or `cyclicPrerequisite`.
    pub source: &'static str,
    /// The id of the rule that fitted; empty for none.
    pub rule: &'a str,
    /// The experiment that gave it, as results show it, and what it gave.
    pub experiment: Option<(Value, ExperimentResult<'a>)>,
}

/// The source of a feature whose prerequisites lead back to it.
pub(super) const CYCLE: &str = "cyclicPrerequisite";

impl<'a> FeatureResult<'a> {
    pub(super) fn of(value: &'a Value, source: &'static str) -> FeatureResult<'a> {
        FeatureResult { value, source, rule: "", experiment: None }
    }

    /// `{value, on, off, source, ruleId, experiment, experimentResult}`.
    pub fn into_value(self) -> Value {
        let on = truthy(self.value);
        let mut told = Told::default();
        told.copy("value", self.value);
        told.truth("on", on);
        told.truth("off", !on);
        told.text("source", self.source);
        told.text("ruleId", self.rule);
        if let Some((experiment, result)) = self.experiment {
            told.put("experiment", experiment);
            told.put("experimentResult", result.told);
        }
        told.done()
    }
}

/// What an experiment gave one visitor.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentResult<'a> {
    /// What the variation hands out; for those outside, what the first one does.
    pub value: &'a Value,
    /// The variation's index.
    pub variation: usize,
    /// Whether the visitor takes part.
    pub in_experiment: bool,
    /// Whether the visitor's own place decided, so that it counts for the statistics.
    pub hash_used: bool,
    /// Whether the rules after it go on all the same.
    pub passthrough: bool,
    /// GrowthBook's result object, with `urlRedirect` and `urlWithParams` where the variation leads elsewhere.
    pub told: Value,
}
