//! The cases: what is known, and what is to be predicted.

use super::deeds::{Deed, Deeds};
use super::{Protocol, Repeat};
use crate::measure::Worth;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Deeds of one visitor that the page remembers.
const REMEMBERED: usize = tanish::visitor::history::MAX_ENTRIES;

/// All cases of an evaluation.
pub(super) struct Cases<'a> {
    deeds: &'a Deeds,
    /// By case: the session to predict, and in `next-item` how much of it is known.
    cases: Vec<(Range<usize>, usize)>,
    /// By person: what they bought before, oldest first, as far as the page remembers.
    before: HashMap<u32, Vec<Deed>>,
    protocol: Protocol,
}

/// One case.
pub(super) struct Case<'a> {
    pub deeds: &'a Deeds,
    /// The session it belongs to.
    pub unit: u32,
    /// Oldest first.
    pub known: &'a [Deed],
    /// Products not to be shown.
    pub excluded: Cow<'a, [u32]>,
    /// The product on the page, where that is what may not be shown.
    pub viewed: Option<u32>,
    /// The products to predict, rising.
    pub targets: Vec<u32>,
}

impl<'a> Cases<'a> {
    pub fn new(
        deeds: &'a Deeds,
        trained: Range<usize>,
        tested: Range<usize>,
        protocol: Protocol,
    ) -> Cases<'a> {
        let mut cases = Vec::new();
        let mut from = tested.start;
        for session in deeds.list[tested].chunk_by(|a, b| a.session == b.session) {
            let range = from..from + session.len();
            from = range.end;
            match protocol {
                Protocol::NextItem => cases.extend((1..session.len()).map(|known| (range.clone(), known))),
                Protocol::Basket => cases.push((range, 0)),
            }
        }
        let mut before: HashMap<u32, Vec<Deed>> = HashMap::new();
        if protocol == Protocol::Basket {
            for deed in &deeds.list[trained] {
                if let Some(person) = deed.person {
                    before.entry(person).or_default().push(*deed);
                }
            }
            for deeds in before.values_mut() {
                deeds.sort_by_key(|deed| (deed.at, deed.session));
                deeds.drain(..deeds.len().saturating_sub(REMEMBERED));
            }
        }
        Cases { deeds, cases, before, protocol }
    }

    pub fn len(&self) -> usize {
        self.cases.len()
    }

    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    pub fn get(&self, number: usize, repeat: Repeat) -> Case<'_> {
        let (range, known) = self.cases[number].clone();
        let session = &self.deeds.list[range];
        let (known, mut targets) = match self.protocol {
            Protocol::NextItem => {
                (&session[known.saturating_sub(REMEMBERED)..known], vec![session[known].product])
            }
            Protocol::Basket => {
                let before = session[0].person.and_then(|person| self.before.get(&person));
                let targets = session.iter().map(|deed| deed.product).collect();
                (before.map_or(&[][..], Vec::as_slice), targets)
            }
        };
        targets.sort_unstable();
        targets.dedup();
        let exclude = repeat == Repeat::Exclude;
        let (viewed, excluded) = match self.protocol {
            Protocol::NextItem => (known.last().map(|deed| deed.product).filter(|_| exclude), Vec::new()),
            Protocol::Basket if exclude => (None, known.iter().map(|deed| deed.product).collect()),
            Protocol::Basket => (None, Vec::new()),
        };
        Case {
            deeds: self.deeds,
            unit: session[0].session,
            known,
            excluded: excluded.into(),
            viewed,
            targets,
        }
    }
}

impl Case<'_> {
    /// Whether a product may be recommended.
    pub fn allows(&self, product: u32) -> bool {
        self.viewed != Some(product) && !self.excluded.contains(&product)
    }

    /// What a list is worth.
    pub fn worth(&self, list: &[u32]) -> Worth {
        let hits = list.iter().enumerate().filter(|(_, product)| self.targets.binary_search(product).is_ok());
        Worth::of(hits.map(|(rank, _)| rank), self.targets.len())
    }
}
