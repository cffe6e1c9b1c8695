//! What events say, and plain session rows.

use super::cell::{self, Fault};
use super::columns::{Binding, ColumnNames, Field};
use super::orders::{Deal, OrderLine, Trade};
use super::record::{Record, Sink, plain_name};
use super::report::{Problem, ReadReport};
use crate::{Options, TrainError};
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Columns without which a session row teaches nothing.
const NEEDED: [&[Field]; 3] =
    [&[Field::ProductId], &[Field::Timestamp], &[Field::SessionId, Field::VisitorId, Field::CustomerId]];

/// What only session rows have.
const OWN: [Field; 3] = [Field::SessionId, Field::VisitorId, Field::Action];
/// All that is read of session rows.
const READ: [Field; 7] = [
    Field::SessionId,
    Field::VisitorId,
    Field::Action,
    Field::ProductId,
    Field::Timestamp,
    Field::CustomerId,
    Field::Quantity,
];

/// What a visitor did with a product, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Action {
    View,
    Cart,
    Purchase,
}

/// Stands for the order of a line whose order is all that its buyer bought in one visit.
pub(crate) const VISIT: &str = "\u{3}";
/// A visit without a session's id ends after so many milliseconds of silence: 30 minutes.
pub(crate) const SILENCE: i64 = 30 * 60_000;

/// Who did it: by the shop's own id, by the browser's, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Person<'a> {
    pub customer: Option<&'a str>,
    pub anonymous: Option<&'a str>,
}

/// One product touched by a visitor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Touched<'a> {
    pub person: Person<'a>,
    pub session: Option<&'a str>,
    pub product: &'a str,
    /// Milliseconds since 1970.
    pub at: i64,
    pub action: Action,
}

/// Takes what events say.
pub(crate) trait TakeEvents {
    /// A product was touched.
    fn touched(&mut self, line: u64, touched: Touched<'_>);
    /// An event with both ids: the browser is the customer's.
    fn met(&mut self, person: Person<'_>);
    /// Whether the order files held this order.
    fn knows_order(&self, order: &str) -> bool;
    /// Whether the order files said that this product of this order came back or was cancelled.
    fn knows_return(&self, order: &str, product: &str) -> bool;
    /// A line of an order, whose buyer may be known by the browser's id only.
    fn bought(&mut self, line: u64, person: Person<'_>, order: OrderLine<'_>);
}

/// A line of an order that only events tell of.
pub(crate) fn order_line<'a>(order: Cow<'a, str>, product: &'a str, at: i64) -> OrderLine<'a> {
    OrderLine {
        order,
        product,
        customer: None,
        at,
        quantity: 1.0,
        price: None,
        country: None,
        scope: Cow::Borrowed(""),
        trade: Trade::Sold,
        of_order: [None; 2],
        says: [None; 7],
        rest: 0,
        deal: Deal::default(),
    }
}

/// Reads one file of session rows: `session_id, timestamp, product_id[, visitor_id, action, quantity]`.
pub(crate) struct SessionRows<'a> {
    binding: Binding,
    names: &'a ColumnNames,
    /// Whether names of columns may be meant for order files alone.
    beside_orders: bool,
    /// Goes before session ids: those of two files have nothing to do with each other.
    prefix: String,
    exclude: &'a HashSet<String>,
    /// What a row tells of that names no action.
    unnamed: Action,
    file: &'a str,
    report: &'a mut ReadReport,
    take: &'a mut dyn TakeEvents,
}

impl<'a> SessionRows<'a> {
    pub fn new(
        options: &'a Options,
        exclude: &'a HashSet<String>,
        file: &'a str,
        report: &'a mut ReadReport,
        take: &'a mut dyn TakeEvents,
    ) -> SessionRows<'a> {
        let mut hasher = DefaultHasher::new();
        file.hash(&mut hasher);
        let prefix = format!("{:016x}\u{1}", hasher.finish());
        SessionRows {
            binding: Binding::new(&options.columns, None),
            names: &options.columns,
            beside_orders: !options.orders.is_empty(),
            prefix,
            exclude,
            unnamed: if options.rows_are_purchases { Action::Purchase } else { Action::View },
            file,
            report,
            take,
        }
    }

    /// Whether the file had the columns that session rows need; to be asked after its last row.
    pub fn check_columns(&self) -> Result<(), TrainError> {
        let own: &[Field] = if self.beside_orders { &OWN } else { &READ };
        let counts = |ours: &str| own.iter().any(|field| plain_name(field.name()) == ours);
        self.names.all_there("--columns", self.file, self.binding.columns(), counts)?;
        self.binding.check(self.file, &NEEDED, &[])
    }
}

/// The touch a row tells of, with its pieces; `Ok(None)`: an action that teaches nothing.
fn check<'r>(
    binding: &Binding,
    unnamed: Action,
    record: &'r Record,
) -> Result<Option<(Touched<'r>, f64)>, Fault> {
    let get = |field| binding.get(field, record);
    let id = |field| get(field).map(cell::id).transpose();
    let product = id(Field::ProductId)?.ok_or((Problem::NoProduct, "no product id".to_owned()))?;
    let at = cell::timestamp(get(Field::Timestamp).ok_or((Problem::BadTimestamp, "no time".to_owned()))?)?;
    let person = Person { customer: id(Field::CustomerId)?, anonymous: id(Field::VisitorId)? };
    let session = id(Field::SessionId)?;
    if session.is_none() && person == Person::default() {
        return Err((Problem::NoOrder, "neither session nor visitor".into()));
    }
    let Some(action) = get(Field::Action).map_or(Some(unnamed), action) else { return Ok(None) };
    let quantity = get(Field::Quantity).map_or(Ok(1.0), cell::quantity)?;
    Ok(Some((Touched { person, session, product, at, action }, quantity)))
}

/// The action a word stands for.
fn action(word: &str) -> Option<Action> {
    match word.to_ascii_lowercase().as_str() {
        "view" | "click" => Some(Action::View),
        "cart" | "addtocart" | "add_to_cart" | "wish" => Some(Action::Cart),
        "purchase" | "transaction" | "buy" => Some(Action::Purchase),
        _ => None,
    }
}

impl Sink for SessionRows<'_> {
    fn row(&mut self, columns: &[String], record: &Record) {
        self.binding.update(columns);
        self.report.rows += 1;
        match check(&self.binding, self.unnamed, record) {
            Ok(None) => self.report.other += 1,
            Ok(Some((touched, _))) if self.exclude.contains(touched.product) => {
                let reason = || format!("{:?} is not a product", cell::clip(touched.product));
                self.report.not_products.add(self.file, record.line, reason);
            }
            Ok(Some((touched, quantity))) => {
                let session = touched.session.map(|session| format!("{}{session}", self.prefix));
                let touched = Touched { session: session.as_deref(), ..touched };
                if touched.action != Action::Purchase {
                    return self.take.touched(record.line, touched);
                }
                // What was bought in one session is an order; without its id, what was bought in one visit,
                // which is known only when all rows are.
                let order = touched.session.map_or(VISIT.to_owned(), |session| format!("\u{2}{session}"));
                let line = OrderLine {
                    quantity: quantity.abs(),
                    trade: if quantity > 0.0 { Trade::Sold } else { Trade::Returned },
                    ..order_line(order.into(), touched.product, touched.at)
                };
                self.take.bought(record.line, touched.person, line);
                self.take.touched(record.line, touched);
            }
            Err((problem, reason)) => {
                self.report.bad.entry(problem).or_default().add(self.file, record.line, || reason);
            }
        }
    }

    fn fault(&mut self, line: u64, problem: Problem, reason: String) {
        self.report.rows += 1;
        self.report.bad.entry(problem).or_default().add(self.file, line, || reason);
    }
}
