//! Who bought when for how much, returns taken off.

use crate::history::{History, Line, NONE};
use crate::input::orders::Trade;
use tanish::score::PurchaseDay;

const DAY: i64 = 86_400_000;
/// Money left of a sale that counts as none, relative to its value: what is left of `3 × 0.1 - 0.3`.
const CENTLESS: f64 = 1e-9;

/// What one customer bought.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Account {
    /// Number among the people of the history.
    pub person: u32,
    /// Days with a purchase that was not wholly given back, oldest first.
    pub days: Vec<PurchaseDay>,
    /// Days with a purchase sold with a coupon or at a discount.
    pub reduced_days: u32,
    /// Money of all sales, before returns.
    pub sold: f64,
    /// Money of what came back.
    pub returned: f64,
    /// Cost of the goods sold, where the shop gave costs for all of them.
    pub cost: Option<f64>,
}

impl Account {
    /// Money that stayed with the shop.
    pub fn spent(&self) -> f64 {
        self.days.iter().map(|day| day.value).sum()
    }
}

/// The day that holds an instant, counted from 1970 in UTC.
pub(crate) fn day_of(at: i64) -> u64 {
    u64::try_from(at.div_euclid(DAY)).unwrap_or(0)
}

/// The accounts of all known people with a purchase until the end of the day `today`, by number.
pub(crate) fn accounts(history: &History, today: u64) -> Vec<Account> {
    let of_people = |line: &&Line| line.person != NONE && day_of(line.at) <= today;
    let mut lines: Vec<&Line> = history.lines.iter().filter(of_people).collect();
    // Lines come in an order that no order of files changes; a stable sort keeps it among equals.
    lines.sort_by_key(|line| (line.person, line.at, line.trade));
    let people = lines.chunk_by(|a, b| a.person == b.person);
    people.map(|lines| account(history, lines)).filter(|account| !account.days.is_empty()).collect()
}

/// A sale and what is left of it.
struct Sale<'a> {
    line: &'a Line,
    pieces: f64,
    money: f64,
}

fn value(line: &Line) -> f64 {
    let value = line.price * line.quantity;
    if value.is_finite() { value } else { 0.0 }
}

fn account(history: &History, lines: &[&Line]) -> Account {
    let mut sales: Vec<Sale> = Vec::new();
    let mut account = Account { person: lines[0].person, cost: Some(0.0), ..Account::default() };
    for line in lines {
        match line.trade {
            Trade::Sold => {
                account.sold += value(line);
                let cost = history.deal(line).cost;
                account.cost = account.cost.zip(cost).map(|(sum, cost)| sum + cost);
                sales.push(Sale { line, pieces: line.quantity, money: value(line) });
            }
            Trade::Returned => account.returned += take_back(&mut sales, line, history),
            Trade::Undone => {}
        }
    }
    for sale in sales.iter().filter(|sale| sale.pieces > 0.0) {
        let day = day_of(sale.line.at);
        match account.days.last_mut() {
            Some(last) if last.day == day => last.value += sale.money,
            _ => account.days.push(PurchaseDay { day, value: sale.money }),
        }
    }
    let reduced = sales.iter().filter(|sale| sale.pieces > 0.0 && history.deal(sale.line).reduced);
    let mut reduced: Vec<u64> = reduced.map(|sale| day_of(sale.line.at)).collect();
    reduced.dedup();
    account.reduced_days = reduced.len() as u32;
    account
}

/// Takes a return off the latest sale it can belong to, and older ones while something is left of it: of
/// its own order first, else of its product, else, where rows name no products, of the customer. Says how
/// much money went back; a return without a sale takes back nothing.
fn take_back(sales: &mut [Sale], line: &Line, history: &History) -> f64 {
    let unnamed = history.products.name(line.product).is_empty();
    let of_order = |sale: &Sale| sale.line.order == line.order && sale.line.product == line.product;
    let own_order = sales.iter().any(of_order);
    let (mut pieces, mut money) = (line.quantity, value(line));
    let priced = money > 0.0;
    let mut taken = 0.0;
    for sale in sales.iter_mut().rev().filter(|sale| sale.pieces > 0.0) {
        let fits = if own_order { of_order(sale) } else { unnamed || sale.line.product == line.product };
        if !fits {
            continue;
        }
        let share = if unnamed && priced {
            // Without products only money can be told to come back.
            if sale.money > 0.0 { (money / sale.money).min(1.0) } else { 0.0 }
        } else {
            (pieces / sale.pieces).min(1.0)
        };
        let back = if priced { money.min(sale.money) } else { sale.money * share };
        pieces -= sale.pieces * share;
        sale.pieces *= 1.0 - share;
        sale.money -= back;
        money -= back;
        taken += back;
        if sale.pieces <= CENTLESS * sale.line.quantity {
            // The last piece takes with it what a lower price on the return left.
            (sale.pieces, sale.money) = (0.0, 0.0);
        }
        let rest = if unnamed && priced { money } else { pieces };
        if rest <= CENTLESS * line.quantity.max(value(line)) {
            break;
        }
    }
    taken
}
