//! Runs the cases of GrowthBook's conformance suite, natively and in the module alike.

use super::{
    Campaigns, Evaluation, Experiment, Host, Namespace, Pruned, Pruner, REMOTE_GROUPS, StickyBuckets, choose,
    equal_weights, holds, place, query_override, ranges, reduce,
};
use crate::value::Value;

/// The sections this runs; `decrypt` is the host's.
pub const SECTIONS: [&str; 16] = [
    "evalCondition",
    "pruneCondition",
    "reducePayload",
    "hash",
    "getBucketRange",
    "feature",
    "run",
    "chooseVariation",
    "getQueryStringOverride",
    "inNamespace",
    "getEqualWeights",
    "stickyBucket",
    "urlRedirect",
    "contextualBandit",
    "savedGroupReferencesV2",
    "savedGroupReferencesRemote",
];

/// Runs one case of a section (of a nested one by `outer/inner`): what came out, where it is not what should.
///
/// # Errors
/// What came out, and for a section nobody knows its name.
pub fn run(section: &str, case: &Value, host: &dyn Host) -> Result<(), Value> {
    let parts = case.items();
    let part = |place: usize| parts.get(place).unwrap_or(&Value::Null);
    let number = |place: usize| part(place).as_f64();
    let name = section.rsplit('/').next().unwrap_or(section);
    let (got, wanted) = match name {
        "evalCondition" => (holds(part(1), part(2), part(4), host).into(), part(3).clone()),
        "pruneCondition" => (pruned(part(1), part(2), part(4), host), part(3).clone()),
        "reducePayload" => {
            let known = part(1).get("attributes").unwrap_or(&Value::Null);
            let payload = part(1).get("payload").unwrap_or(&Value::Null);
            (reduce(payload, known, part(1), host), part(2).clone())
        }
        "hash" => {
            let text = |place: usize| part(place).as_str().unwrap_or_default();
            (place(text(0), text(1), number(2).unwrap_or(0.0)).into(), part(3).clone())
        }
        "getBucketRange" => {
            let arguments = part(1).items();
            let count = arguments.first().and_then(Value::as_f64).unwrap_or(0.0) as usize;
            let coverage = arguments.get(1).and_then(Value::as_f64).unwrap_or(1.0);
            let weights = arguments.get(2).filter(|list| **list != Value::Null);
            let weights =
                weights.map(|list| list.items().iter().filter_map(Value::as_f64).collect::<Vec<f64>>());
            let pair = |range: &(f64, f64)| Value::Array(vec![round(range.0), round(range.1)]);
            let got = ranges(count, coverage, weights.as_deref()).iter().map(pair).collect();
            (Value::Array(got), rounded(part(2)))
        }
        "feature" | "contextualBandit" => (feature(part(1), part(2), host), part(3).clone()),
        "run" => return ran(part(1), part(2), [part(3), part(4), part(5)], host),
        "chooseVariation" => {
            let pair =
                |range: &Value| Some((range.items().first()?.as_f64()?, range.items().get(1)?.as_f64()?));
            let ranges: Vec<(f64, f64)> = part(2).items().iter().filter_map(pair).collect();
            let chosen = choose(number(1).unwrap_or(-1.0), &ranges);
            (chosen.map_or(-1.0, |place| place as f64).into(), part(3).clone())
        }
        "getQueryStringOverride" => {
            let text = |place: usize| part(place).as_str().unwrap_or_default();
            let chosen = query_override(text(1), text(2), number(3).unwrap_or(0.0) as usize);
            (chosen.map(|place| place as f64).into(), part(4).clone())
        }
        "inNamespace" => {
            let inside =
                Namespace::read(part(2)).is_some_and(|n| n.holds(part(1).as_str().unwrap_or_default()));
            (inside.into(), part(3).clone())
        }
        "getEqualWeights" => {
            let weights = equal_weights(number(0).unwrap_or(0.0).max(0.0) as usize);
            (Value::Array(weights.into_iter().map(round).collect()), rounded(part(1)))
        }
        "stickyBucket" => return sticky(part(1), part(2), part(3), [part(4), part(5)], host),
        "urlRedirect" => (redirects(part(1), host), part(2).clone()),
        _ => return Err(section.into()),
    };
    compare(got, &wanted)
}

fn compare(got: Value, wanted: &Value) -> Result<(), Value> {
    if super::operator::same_content(&got, wanted) { Ok(()) } else { Err(got) }
}

fn round(number: f64) -> Value {
    Value::Number((number * 1e8).floor() / 1e8)
}

fn rounded(value: &Value) -> Value {
    match value {
        Value::Number(number) => round(*number),
        Value::Array(items) => Value::Array(items.iter().map(rounded).collect()),
        other => other.clone(),
    }
}

fn pruned(condition: &Value, known: &Value, groups: &Value, host: &dyn Host) -> Value {
    match Pruner::new(known, groups, host).condition(condition) {
        Pruned::Decided(held) => held.into(),
        Pruned::Open(open) => open,
    }
}

/// The attributes of a context, with the groups worked out elsewhere.
fn attributes(context: &Value) -> Value {
    let mut attributes = context.get("attributes").cloned().unwrap_or_default();
    if let Some(groups) = context.get("remoteGroupIds") {
        attributes.set(REMOTE_GROUPS, groups.clone());
    }
    attributes
}

fn within<'a>(
    context: &'a Value,
    campaigns: &'a Campaigns,
    attributes: &'a Value,
    host: &'a dyn Host,
) -> Evaluation<'a> {
    let mut evaluation = Evaluation::new(campaigns, host, attributes);
    evaluation.url = context.str("url").unwrap_or_default();
    evaluation.enabled = context.get("enabled").and_then(Value::as_bool) != Some(false);
    evaluation.qa_mode = context.get("qaMode").and_then(Value::as_bool) == Some(true);
    evaluation.forced = context.get("forcedVariations").unwrap_or(&Value::Null);
    evaluation.forced_values = context.get("forcedFeatureValues").unwrap_or(&Value::Null);
    evaluation
}

/// A context always means its `features`, even none.
fn campaigns(context: &Value) -> Campaigns {
    let mut payload = context.clone();
    if payload.get("features").is_none() {
        payload.set("features", Value::Object(Vec::new()));
    }
    Campaigns::new(payload)
}

fn feature(context: &Value, key: &Value, host: &dyn Host) -> Value {
    let (campaigns, attributes) = (campaigns(context), attributes(context));
    within(context, &campaigns, &attributes, host).feature(key.as_str().unwrap_or_default()).into_value()
}

fn ran(context: &Value, experiment: &Value, wanted: [&Value; 3], host: &dyn Host) -> Result<(), Value> {
    let (campaigns, attributes) = (campaigns(context), attributes(context));
    let result = within(context, &campaigns, &attributes, host).run(Experiment::of(experiment));
    let got = [result.value.clone(), result.in_experiment.into(), result.hash_used.into()];
    compare(Value::Array(got.to_vec()), &Value::Array(wanted.into_iter().cloned().collect()))
}

fn sticky(
    context: &Value,
    documents: &Value,
    key: &Value,
    wanted: [&Value; 2],
    host: &dyn Host,
) -> Result<(), Value> {
    let (campaigns, attributes) = (campaigns(context), attributes(context));
    let mut evaluation = within(context, &campaigns, &attributes, host);
    evaluation.sticky = Some(StickyBuckets::read(documents));
    let result = evaluation.feature(key.as_str().unwrap_or_default()).into_value();
    compare(result.get("experimentResult").cloned().unwrap_or_default(), wanted[0])?;
    // Kept are the documents of the visitor's own attributes, and only those are told.
    let documents = evaluation.sticky.unwrap_or_default().documents().clone();
    let own = |document: &Value| {
        let value = attributes.get(document.str("attributeName").unwrap_or_default());
        value.and_then(Value::as_str) == document.str("attributeValue")
    };
    let own = documents.members().iter().filter(|(_, document)| own(document)).cloned();
    compare(Value::Object(own.collect()), wanted[1])
}

fn redirects(context: &Value, host: &dyn Host) -> Value {
    let (campaigns, attributes) = (campaigns(context), attributes(context));
    let mut evaluation = within(context, &campaigns, &attributes, host);
    let result = |experiment| {
        let result = evaluation.run(Experiment::of(experiment));
        let text = |name| result.told.str(name).unwrap_or_default().into();
        Value::object([
            ("inExperiment", result.in_experiment.into()),
            ("urlRedirect", text("urlRedirect")),
            ("urlWithParams", text("urlWithParams")),
        ])
    };
    Value::Array(campaigns.part("experiments").items().iter().map(result).collect())
}
