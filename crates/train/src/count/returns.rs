//! Which sale a return belongs to.

use crate::history::{Line, NONE};
use crate::input::orders::Trade;
use std::collections::{HashMap, HashSet};

/// The sales whose goods came back, each at most once.
///
/// A return belongs to the sale of its product in its own order; where that order has none (as with
/// credit notes, which have numbers of their own), to its person's latest sale of the product before it
/// that did not come back already. A return without either belongs to nothing. A sale that its own row
/// says was undone may be what a return belongs to, but is not among the result: it never counted.
pub(super) fn sales_returned(lines: &[Line]) -> Vec<&Line> {
    let mut returns: Vec<&Line> = lines.iter().filter(|line| line.trade == Trade::Returned).collect();
    returns.sort_by_key(|line| line.at);
    let mut by_order: HashMap<(u32, u32), Vec<usize>> = HashMap::new();
    let mut by_person: HashMap<(u32, u32), Purchases> = HashMap::new();
    for line in &returns {
        by_order.entry((line.product, line.order)).or_default();
        if line.person != NONE {
            by_person.entry((line.product, line.person)).or_default();
        }
    }
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.trade != Trade::Returned) {
        if let Some(sales) = by_order.get_mut(&(line.product, line.order)) {
            sales.push(number);
        }
        if let Some(sales) = by_person.get_mut(&(line.product, line.person)) {
            sales.coming.push(number);
        }
    }
    for purchases in by_person.values_mut() {
        purchases.coming.sort_by_key(|&sale| std::cmp::Reverse((lines[sale].at, sale)));
    }
    // An order that had sales of the product answers for its returns alone, also when all came back.
    let own: HashSet<(u32, u32)> =
        by_order.iter().filter(|(_, sales)| !sales.is_empty()).map(|(key, _)| *key).collect();
    let mut taken = HashSet::new();
    let mut returned = Vec::new();
    for line in returns {
        let key = (line.product, line.order);
        let sale = if own.contains(&key) {
            by_order.get_mut(&key).and_then(|sales| last_free(sales, &taken))
        } else {
            by_person
                .get_mut(&(line.product, line.person))
                .and_then(|purchases| last_free(purchases.until(line.at, lines), &taken))
        };
        if let Some(sale) = sale {
            taken.insert(sale);
            returned.extend(Some(&lines[sale]).filter(|sale| sale.trade == Trade::Sold));
        }
    }
    returned
}

/// A person's sales of one product, by their numbers among the lines.
#[derive(Default)]
struct Purchases {
    /// Before the return at hand, in order of time.
    past: Vec<usize>,
    /// After it, latest first.
    coming: Vec<usize>,
}

impl Purchases {
    /// Those up to an instant, which only ever grows.
    fn until(&mut self, at: i64, lines: &[Line]) -> &mut Vec<usize> {
        while let Some(sale) = self.coming.pop_if(|sale| lines[*sale].at <= at) {
            self.past.push(sale);
        }
        &mut self.past
    }
}

/// Takes the last one that is not taken yet.
fn last_free(sales: &mut Vec<usize>, taken: &HashSet<usize>) -> Option<usize> {
    while let Some(sale) = sales.pop() {
        if !taken.contains(&sale) {
            return Some(sale);
        }
    }
    None
}
