//! Conditions with everything taken out that is known already.
//!
//! A server that knows a part of the attributes can send a smaller payload which still gives everyone who
//! agrees with that part the same answers.

use super::condition::{MAX_GROUP_DEPTH, MAX_GROUP_WORK, Scope, Within, Work, ask};
use super::host::Host;
use crate::value::Value;
use std::cell::Cell;

/// What is left of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Pruned {
    /// It is decided.
    Decided(bool),
    /// This is still open.
    Open(Value),
}

/// A condition JavaScript would throw at, or one past the limits: it stays as it is written.
struct Malformed;

/// What is known, and the saved groups.
pub struct Pruner<'a> {
    known: &'a Value,
    saved: &'a Value,
    host: &'a dyn Host,
    work: Cell<u16>,
}

impl<'a> Pruner<'a> {
    /// `known`: the attributes that are known; `saved`: the payload's `savedGroups`.
    pub fn new(known: &'a Value, saved: &'a Value, host: &'a dyn Host) -> Pruner<'a> {
        Pruner { known, saved, host, work: Cell::new(0) }
    }

    /// What is left of a condition.
    pub fn condition(&self, condition: &Value) -> Pruned {
        self.work.set(0);
        self.entries(condition, None).unwrap_or_else(|Malformed| Pruned::Open(condition.clone()))
    }

    /// What is left of the condition of a saved group; `None` where it is no condition, or stays as it is.
    pub(super) fn group(&self, id: &str) -> Option<Value> {
        self.work.set(1);
        let within = Within { id, depth: 0, outer: None };
        let condition = self.saved.path(&[id, "condition"])?;
        (self.saved.path(&[id, "type"])?.as_str() == Some("condition")).then_some(())?;
        match self.entries(condition, Some(&within)) {
            Ok(Pruned::Open(open)) => Some(open),
            _ => None,
        }
    }

    fn entries(&self, condition: &Value, within: Option<&Within>) -> Result<Pruned, Malformed> {
        let members = match condition {
            Value::Object(members) => members.as_slice(),
            Value::Bool(_) | Value::Number(_) => &[],
            _ => return Err(Malformed),
        };
        let mut open = Vec::new();
        for (name, value) in members {
            let turned = matches!(name.as_str(), "$not" | "$nor");
            match self.entry(name, value, within)? {
                // One that fails, fails all; one that holds is no longer needed.
                Some(Pruned::Decided(held)) if held == turned => return Ok(Pruned::Decided(false)),
                Some(Pruned::Decided(_)) => {}
                Some(Pruned::Open(left)) => open.push((name.clone(), left)),
                None => open.push((name.clone(), value.clone())),
            }
        }
        Ok(if open.is_empty() { Pruned::Decided(true) } else { Pruned::Open(Value::Object(open)) })
    }

    /// One member; `None` where it stays as it is.
    fn entry(&self, name: &str, value: &Value, within: Option<&Within>) -> Result<Option<Pruned>, Malformed> {
        Ok(match name {
            "$or" | "$nor" => Some(self.list(value, within, true)?),
            "$and" => Some(self.list(value, within, false)?),
            "$not" => Some(self.entries(value, within)?),
            "$savedGroup" => match self.saved_group(value, within)? {
                // The reference stays, its condition is not put in its place.
                Some(Pruned::Open(_)) | None => None,
                decided => decided,
            },
            _ if self.is_known(name) => {
                let condition = Value::Object(vec![(name.to_owned(), value.clone())]);
                self.ask(&condition, within)?.map(Pruned::Decided)
            }
            _ => None,
        })
    }

    /// `$or`, or else `$and`.
    fn list(&self, value: &Value, within: Option<&Within>, or: bool) -> Result<Pruned, Malformed> {
        let Value::Array(conditions) = value else { return Err(Malformed) };
        let mut open = Vec::new();
        for condition in conditions {
            match self.entries(condition, within)? {
                Pruned::Decided(held) if held == or => return Ok(Pruned::Decided(or)),
                Pruned::Decided(_) => {}
                Pruned::Open(left) => open.push(left),
            }
        }
        Ok(match (open.is_empty(), or) {
            (false, _) => Pruned::Open(Value::Array(open)),
            (true, true) => Pruned::Decided(conditions.is_empty()),
            (true, false) => Pruned::Decided(true),
        })
    }

    fn saved_group(&self, reference: &Value, within: Option<&Within>) -> Result<Option<Pruned>, Malformed> {
        let fails = Ok(Some(Pruned::Decided(false)));
        let Some(id) = reference.str("id") else { return fails };
        let mut outer = within;
        while let Some(seen) = outer {
            if seen.id == id {
                return fails;
            }
            outer = seen.outer;
        }
        let depth = within.map_or(0, |within| within.depth + 1);
        self.work.set(self.work.get().saturating_add(1));
        if self.work.get() > MAX_GROUP_WORK || depth >= MAX_GROUP_DEPTH {
            return Err(Malformed);
        }
        let own = match reference.get("attributeKey") {
            None => None,
            Some(Value::String(key)) => Some(key.as_str()),
            Some(_) => return fails,
        };
        let Some(group @ Value::Object(_)) = self.saved.get(id) else { return fails };
        match group.str("type") {
            Some("list") => {
                let Some(key) = own.or(group.str("attributeKey")) else { return fails };
                if !matches!(group.get("values"), Some(Value::Array(_))) {
                    return fails;
                }
                if !self.is_known(key) {
                    return Ok(None);
                }
                let condition = Value::object([("$savedGroup", reference.clone())]);
                Ok(self.ask(&condition, within)?.map(Pruned::Decided))
            }
            Some("condition") => match group.get("condition") {
                Some(condition @ Value::Object(_)) => {
                    let within = Within { id, depth, outer: within };
                    self.entries(condition, Some(&within)).map(Some)
                }
                _ => fails,
            },
            _ => Ok(None),
        }
    }

    /// Whether an attribute is known. What lies deeper is not: of an object a part may be missing.
    fn is_known(&self, path: &str) -> bool {
        !path.contains('.') && self.known.get(path).is_some()
    }

    fn ask(&self, condition: &Value, within: Option<&Within>) -> Result<Option<bool>, Malformed> {
        let work = Work::default();
        work.groups.set(self.work.get());
        let scope = Scope { subject: self.known, groups: self.saved, host: self.host, work: &work, within };
        let result = ask(condition, scope);
        self.work.set(work.groups.get());
        if work.is_void() { Err(Malformed) } else { Ok(result) }
    }
}
