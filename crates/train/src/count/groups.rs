//! What is popular among some of the customers: in a country, region or city, in a segment, in a circle of
//! people who know each other.

use super::age::Ages;
use super::fixed::fixed;
use super::frame::Frame;
use super::returns::sales_returned;
use super::visits::strength;
use crate::history::{Line, NONE};
use crate::input::events::Action;
use crate::input::orders::{GROUPS, Trade, groups_of};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use tanish::model::group_id;

/// Fewest people a group needs: of a smaller one a list would tell what its members buy.
const MIN_PEOPLE: usize = 10;
/// Fewest people of the group who bought a product that is listed.
const MIN_BUYERS: usize = 3;
/// Longest list.
const LONGEST: usize = 50;

/// The popular products of one group, with their weights, best first.
pub(crate) struct Group {
    /// See [`group_id`].
    pub id: String,
    pub products: Vec<(u32, u64)>,
}

/// A sale as one of its groups sees it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Sale {
    group: u32,
    product: u32,
    person: u32,
    weight: u64,
}

/// The groups that orders name, by id. Sales that came back do not count.
pub(super) fn groups(frame: &Frame, ages: &Ages, fade: f64) -> Vec<Group> {
    let (ids, of_scope) = numbered(&frame.scopes);
    let returned: HashSet<*const Line> =
        sales_returned(&frame.lines).into_iter().map(std::ptr::from_ref).collect();
    let mut sales: Vec<Sale> = Vec::new();
    for line in frame.lines.iter().filter(|line| line.trade == Trade::Sold && line.scope != NONE) {
        if returned.contains(&std::ptr::from_ref(line)) {
            continue;
        }
        let weight = fixed(strength(Action::Purchase) * ages.of_purchase(line.at, fade));
        // An order nobody signed is a person of its own; orders are numbered from the other end.
        let person = if line.person == NONE { NONE - 1 - line.order } else { line.person };
        let of_line = of_scope[line.scope as usize].iter();
        sales.extend(of_line.map(|&group| Sale { group, product: line.product, person, weight }));
    }
    sales.sort_unstable();
    let groups = sales.chunk_by(|a, b| a.group == b.group);
    groups.filter_map(|sales| group(&ids[sales[0].group as usize], sales)).collect()
}

fn group(id: &str, sales: &[Sale]) -> Option<Group> {
    let people: HashSet<u32> = sales.iter().map(|sale| sale.person).collect();
    if people.len() < MIN_PEOPLE {
        return None;
    }
    let mut products: Vec<(u32, u64)> = Vec::new();
    for sales in sales.chunk_by(|a, b| a.product == b.product) {
        let buyers = sales.chunk_by(|a, b| a.person == b.person).count();
        let weight: u64 = sales.iter().map(|sale| sale.weight).sum();
        if buyers >= MIN_BUYERS && weight > 0 {
            products.push((sales[0].product, weight));
        }
    }
    products.sort_unstable_by_key(|&(product, weight)| (Reverse(weight), product));
    products.truncate(LONGEST);
    (!products.is_empty()).then(|| Group { id: id.to_owned(), products })
}

/// Ids of all groups, sorted, and by scope the groups it names.
fn numbered(scopes: &[String]) -> (Vec<String>, Vec<Vec<u32>>) {
    let ids_of = |scope: &String| -> Vec<String> {
        let named = GROUPS.iter().zip(groups_of(scope)).filter(|(_, name)| !name.trim().is_empty());
        named.map(|((_, kind), name)| group_id(kind, name)).collect()
    };
    let named: Vec<Vec<String>> = scopes.iter().map(ids_of).collect();
    let numbers: BTreeMap<String, u32> = named.iter().flatten().map(|id| (id.clone(), 0)).collect();
    let numbers: BTreeMap<String, u32> = numbers.into_keys().zip(0..).collect();
    let of_scope = named.iter().map(|ids| ids.iter().map(|id| numbers[id]).collect()).collect();
    (numbers.into_keys().collect(), of_scope)
}
