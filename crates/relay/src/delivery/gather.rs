//! Which of the leased events go out together.

use crate::preset::{Fate, Item};
use std::collections::HashSet;

/// Takes the next group out of `works`, which stand in the order to send: events of one action, at most as many as
/// one request holds. An event is never taken before an earlier one of its visitor, and none shares a request with
/// another of the same `unique` value.
pub fn gather<W>(
    works: &mut Vec<W>,
    view: impl Fn(&W) -> (&str, &Item),
    batch_of: impl Fn(usize) -> usize,
) -> Vec<W> {
    let Some(first) = works.first() else { return Vec::new() };
    let fate = view(first).1.fate.clone();
    let most = match &fate {
        Fate::Act(action) => batch_of(*action).max(1),
        Fate::Skip(_) => usize::MAX,
        Fate::Hold | Fate::Bad(_) => 1,
    };
    let (mut taken, mut rest) = (Vec::new(), Vec::with_capacity(works.len()));
    let mut passed: HashSet<String> = HashSet::new();
    let mut unique: HashSet<String> = HashSet::new();
    for work in works.drain(..) {
        let (visitor, item) = view(&work);
        let fits = taken.len() < most
            && item.fate == fate
            && !passed.contains(visitor)
            && item.unique.as_ref().is_none_or(|value| !unique.contains(value));
        if fits {
            unique.extend(item.unique.clone());
            taken.push(work);
        } else {
            passed.insert(visitor.to_owned());
            rest.push(work);
        }
    }
    *works = rest;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn work(id: usize, visitor: &str, fate: Fate, unique: Option<&str>) -> (usize, String, Item) {
        let item = Item::for_tests(&id.to_string(), fate, unique);
        (id, visitor.to_owned(), item)
    }

    fn groups(mut works: Vec<(usize, String, Item)>, batch: usize) -> Vec<Vec<usize>> {
        let mut groups = Vec::new();
        while !works.is_empty() {
            let group = gather(&mut works, |(_, visitor, item)| (visitor.as_str(), item), |_| batch);
            groups.push(group.into_iter().map(|(id, _, _)| id).collect());
        }
        groups
    }

    #[test]
    fn contacts_go_before_the_events_that_follow_them() {
        let works = vec![
            work(0, "v", Fate::Act(0), None),
            work(1, "v", Fate::Act(1), None),
            work(2, "w", Fate::Act(0), None),
            work(3, "w", Fate::Act(1), None),
            work(4, "v", Fate::Act(0), None),
        ];
        assert_eq!(groups(works, 10), [vec![0, 2], vec![1, 3], vec![4]]);
    }

    #[test]
    fn one_address_stands_once_in_a_request() {
        let works = vec![
            work(0, "v", Fate::Act(0), Some("a@b")),
            work(1, "w", Fate::Act(0), Some("a@b")),
            work(2, "x", Fate::Act(0), Some("c@d")),
        ];
        assert_eq!(groups(works, 10), [vec![0, 2], vec![1]]);
    }

    proptest! {
        #[test]
        fn order_holds_and_nothing_is_lost(
            kinds in prop::collection::vec((0..4u8, 0..3usize, 0..4u8), 0..40),
            batch in 1..6usize,
        ) {
            let works: Vec<_> = kinds.iter().enumerate().map(|(id, (visitor, action, unique))| {
                let unique = format!("u{unique}");
                work(id, &format!("v{visitor}"), Fate::Act(*action), (*unique != *"u0").then_some(unique.as_str()))
            }).collect();
            let groups = groups(works, batch);
            let mut seen: Vec<usize> = groups.concat();
            for visitor in 0..4u8 {
                let own: Vec<usize> = seen.iter().copied().filter(|id| kinds[*id].0 == visitor).collect();
                prop_assert!(own.is_sorted());
            }
            for group in &groups {
                prop_assert!(group.len() <= batch);
                prop_assert!(group.iter().all(|id| kinds[*id].1 == kinds[group[0]].1));
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..kinds.len()).collect::<Vec<_>>());
        }
    }
}
