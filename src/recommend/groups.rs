//! What is popular where the visitor is, and among those the visitor belongs to.

use super::Because;
use super::library::Reading;
use super::rank::Candidate;
use crate::model::{GROUP_KINDS, Relation, group_id};
use crate::value::Value;

/// Groups of a visitor: kind, by its place in [`GROUP_KINDS`], and name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups(Vec<(usize, String)>);

impl Groups {
    /// Adds what an object says: `{city, region, country, segment, circle}`, each a text or a list of
    /// texts. What is known already stands before it.
    pub fn add(&mut self, said: &Value) {
        for (kind, name) in GROUP_KINDS.iter().enumerate() {
            let names = said.get(name).unwrap_or(&Value::Null);
            for name in core::iter::once(names).chain(names.items()).filter_map(Value::as_str) {
                self.0.push((kind, name.to_owned()));
            }
        }
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The favourites of all groups, the narrowest group's first, over those of everybody.
pub fn popular_in(groups: &Groups, everybody: Vec<Candidate>, reading: &mut Reading) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for (kind, names) in GROUP_KINDS.iter().enumerate() {
        for (_, name) in groups.0.iter().filter(|(of, _)| *of == kind) {
            let row = reading.group(&group_id(names, name));
            for neighbour in row.iter().flat_map(|row| row.list(Relation::Next)) {
                if candidates.iter().all(|known| known.number != neighbour.number) {
                    let because =
                        if kind < 2 { Because::PopularAmong } else { Because::PopularIn(name.clone()) };
                    let above = (GROUP_KINDS.len() - kind) as f64;
                    candidates.push(Candidate::new(
                        neighbour.number,
                        above + f64::from(neighbour.weight),
                        because,
                    ));
                }
            }
        }
    }
    for candidate in everybody {
        if candidates.iter().all(|known| known.number != candidate.number) {
            candidates.push(candidate);
        }
    }
    candidates
}
