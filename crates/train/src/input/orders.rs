//! Orders: from rows of any table to checked order lines.

use super::cell::{self, Fault};
use super::columns::{Binding, ColumnNames, Field};
use super::preset::{Preset, State, state};
use super::record::{Record, Sink, plain_name};
use super::report::{Problem, ReadReport};
use crate::TrainError;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use tanish::model::GROUP_KINDS;

/// Names under which JSON rows hold their lines.
pub(crate) const LISTS: [&str; 4] = ["items", "line_items", "products", "lines"];
/// Columns without which a row teaches nothing.
pub(crate) const NEEDED: [&[Field]; 3] =
    [&[Field::ProductId], &[Field::Timestamp], &[Field::OrderId, Field::CustomerId]];
/// Columns without which a row tells nothing of a customer's worth.
const NEEDED_OF_CUSTOMERS: [&[Field]; 2] = [&[Field::Timestamp], &[Field::CustomerId]];
/// What a row may say of its product, for shops without a catalogue.
pub(crate) const PRODUCT_FIELDS: [Field; 7] =
    [Field::Title, Field::Category, Field::Brand, Field::Color, Field::Size, Field::Url, Field::Image];

/// What a row may say of its order besides.
pub(crate) const ORDER_FIELDS: [Field; 2] = [Field::Coupon, Field::Channel];

/// How order rows are read.
#[derive(Debug, Clone, Default)]
pub struct OrderRules {
    /// The shop's names of columns.
    pub columns: ColumnNames,
    /// What kind of export it is.
    pub preset: Option<Preset>,
    /// Whether rows without a product are orders too; their product is the empty text.
    pub without_products: bool,
    /// Ids that are not products.
    pub exclude: HashSet<String>,
    /// What counts is who bought when for how much: rows need not name a product.
    pub of_customers: bool,
}

/// The groups an order may name, with their kinds, in the order of `tanish::model::GROUP_KINDS`.
pub(crate) const GROUPS: [(Field, &str); 5] = [
    (Field::Circle, GROUP_KINDS[0]),
    (Field::Segment, GROUP_KINDS[1]),
    (Field::City, GROUP_KINDS[2]),
    (Field::Region, GROUP_KINDS[3]),
    (Field::Country, GROUP_KINDS[4]),
];

/// The names in a scope, by [`GROUPS`]; an unknown one is empty.
pub(crate) fn groups_of(scope: &str) -> impl Iterator<Item = &str> {
    scope.split('\u{1}')
}

/// What a line of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trade {
    /// Goods sold.
    Sold,
    /// A sale that its own row says was cancelled or refunded: it counts for nothing.
    Undone,
    /// Goods that came back, on a line of their own: takes back what an earlier sale gave.
    Returned,
}

/// One checked line of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderLine<'a> {
    /// The order's id.
    pub order: Cow<'a, str>,
    /// The product's id.
    pub product: &'a str,
    /// The customer's id.
    pub customer: Option<&'a str>,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Pieces; positive for returns too.
    pub quantity: f64,
    /// Of one piece.
    pub price: Option<f64>,
    /// Where it went.
    pub country: Option<&'a str>,
    /// The groups the customer belongs to, see [`groups_of`]; empty where none is named.
    pub scope: Cow<'a, str>,
    /// What kind of line it is.
    pub trade: Trade,
    /// Coupon and channel.
    pub of_order: [Option<&'a str>; 2],
    /// Title, category, brand, colour, size, address, picture: what the row says of its product.
    pub says: [Option<&'a str>; 7],
    /// Fingerprint of every other column read, to tell exact duplicates.
    pub rest: u32,
    /// What the line gained.
    pub deal: Deal,
}

/// What a line gained, beside its price.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Deal {
    /// Cost of the line's goods.
    pub cost: Option<f64>,
    /// Whether it was sold with a coupon or at a discount.
    pub reduced: bool,
}

/// Takes checked lines.
pub trait TakeLines {
    /// A line and where it stood.
    fn line(&mut self, line: u64, order: OrderLine<'_>);
}

/// Reads the rows of one order file.
pub(crate) struct OrderRows<'a> {
    checker: Checker<'a>,
    file: &'a str,
    report: &'a mut ReadReport,
    take: &'a mut dyn TakeLines,
}

/// Turns one row after the other into a line.
struct Checker<'a> {
    rules: &'a OrderRules,
    binding: Binding,
    carried: Carried,
}

/// What the lines of an order take over from its first line.
#[derive(Default)]
struct Carried {
    order: String,
    values: [Option<String>; 11],
}

const CARRIED: [Field; 11] = [
    Field::City,
    Field::Region,
    Field::Segment,
    Field::Circle,
    Field::CustomerId,
    Field::Timestamp,
    Field::Country,
    Field::Coupon,
    Field::Channel,
    Field::Status,
    Field::CancelledAt,
];

impl<'a> OrderRows<'a> {
    pub fn new(
        rules: &'a OrderRules,
        file: &'a str,
        report: &'a mut ReadReport,
        take: &'a mut dyn TakeLines,
    ) -> OrderRows<'a> {
        let binding = Binding::new(&rules.columns, rules.preset);
        OrderRows { checker: Checker { rules, binding, carried: Carried::default() }, file, report, take }
    }

    /// Whether the file had the columns that lines need; to be asked after its last row.
    pub fn check_columns(&self) -> Result<(), TrainError> {
        let Checker { binding, rules, .. } = &self.checker;
        let of_sessions =
            [Field::SessionId, Field::VisitorId, Field::Action].map(|field| plain_name(field.name()));
        let counts = |ours: &str| !of_sessions.iter().any(|other| other == ours);
        rules.columns.all_there("--columns", self.file, binding.columns(), counts)?;
        let needed: &[&[Field]] = match (rules.of_customers, rules.without_products) {
            (true, _) => &NEEDED_OF_CUSTOMERS,
            (false, true) => &NEEDED[1..],
            (false, false) => &NEEDED,
        };
        binding.check(self.file, needed, &Preset::ALL)
    }
}

impl Checker<'_> {
    fn carry(&mut self, record: &Record) {
        let order = self.binding.get(Field::OrderId, record).unwrap_or_default();
        let same = !order.is_empty() && order == self.carried.order;
        for (value, field) in self.carried.values.iter_mut().zip(CARRIED) {
            match self.binding.get(field, record) {
                Some(text) => *value = Some(text.to_owned()),
                None if !same => *value = None,
                None => {}
            }
        }
        if !same {
            self.carried.order = order.to_owned();
        }
    }

    /// Checks a row.
    fn check<'r>(&'r self, record: &'r Record) -> Result<Result<OrderLine<'r>, Skip<'r>>, Fault> {
        let carries = self.rules.preset.is_some_and(Preset::carries_down);
        let get = |field: Field| {
            self.binding.get(field, record).or_else(|| {
                let at = CARRIED.iter().position(|carried| *carried == field).filter(|_| carries)?;
                self.carried.values[at].as_deref()
            })
        };
        let [status, event] =
            [Field::Status, Field::Event].map(|field| get(field).map_or(State::Sale, state));
        let mut other = status == State::Other || event == State::Other;
        if self.rules.preset == Some(Preset::Ga4)
            && get(Field::Event)
                .is_some_and(|event| !matches!(event, "purchase" | "refund" | "in_app_purchase"))
        {
            other = true;
        }
        if other {
            return Ok(Err(Skip::Other));
        }
        let product = match get(Field::ProductId) {
            Some(product) => cell::id(product)?,
            None if self.rules.of_customers || self.rules.without_products => "",
            None => return Err((Problem::NoProduct, "no product id".to_owned())),
        };
        let foreign =
            !product.is_empty() && self.rules.preset.is_some_and(|preset| !preset.is_product(product));
        if foreign || self.rules.exclude.contains(product) {
            return Ok(Err(Skip::NotProduct(product)));
        }
        let at = get(Field::Timestamp).ok_or((Problem::BadTimestamp, "no time".to_owned()))?;
        let at = match self.rules.preset {
            Some(Preset::UciOnlineRetail) => cell::timestamp_month_first(at)?,
            _ => cell::timestamp(at)?,
        };
        let customer = self.customer(record).or_else(|| get(Field::CustomerId).filter(|_| carries));
        let customer = customer.map(cell::id).transpose()?;
        let order: Cow<'r, str> = match (get(Field::OrderId), customer) {
            (Some(order), _) => Cow::Borrowed(cell::id(order)?),
            // Without order ids, what a customer bought at one instant is an order.
            (None, Some(customer)) => Cow::Owned(format!("{customer}\u{1}{at}")),
            (None, None) => return Err((Problem::NoOrder, "neither order nor customer".into())),
        };
        let (quantity, price, backwards) = worth(&get)?;
        // Events and negative lines tell of a return beside the sale; a state tells it of the sale itself.
        let returned = backwards
            || event == State::Return
            || self.rules.preset.is_some_and(|preset| preset.cancels(&order));
        let undone = status == State::Return
            || quantity == 0.0
            || get(Field::Returned).is_some_and(|text| cell::flag(text).unwrap_or(false))
            || get(Field::CancelledAt).is_some();
        let trade = match (returned, undone) {
            (true, _) => Trade::Returned,
            (false, true) => Trade::Undone,
            (false, false) => Trade::Sold,
        };
        let says = PRODUCT_FIELDS.map(&get);
        let mut rest = fingerprint(&says, &get);
        if product.is_empty() && get(Field::OrderId).is_none() {
            // Nothing names such rows: two that are equal are two purchases.
            rest ^= (record.line as u32).wrapping_mul(0x9e37_79b9);
        }
        Ok(Ok(OrderLine {
            order,
            product,
            customer,
            at,
            quantity,
            price,
            country: get(Field::Country).filter(|country| country.len() <= cell::MAX_ID),
            scope: scope(&get),
            trade,
            of_order: ORDER_FIELDS.map(&get),
            rest,
            says,
            deal: deal(&get),
        }))
    }

    fn customer<'r>(&self, record: &'r Record) -> Option<&'r str> {
        let known = |customer: &&str| !self.rules.preset.is_some_and(|preset| preset.is_guest(customer));
        self.binding.all(Field::CustomerId, record).find(known)
    }
}

/// Pieces, the price of one, and whether the line counts backwards (pieces or money came back). No pieces
/// are left where an export takes refunds off its sales.
fn worth<'r>(get: &impl Fn(Field) -> Option<&'r str>) -> Result<(f64, Option<f64>, bool), Fault> {
    let quantity = get(Field::Quantity).map_or(Ok(1.0), cell::quantity)?;
    let amount = get(Field::Amount).map(cell::money).transpose()?;
    let price = match get(Field::Price).map(cell::money).transpose()? {
        Some(price) if price < 0.0 => {
            return Err((Problem::Absurd, format!("the price {price} is negative")));
        }
        Some(price) => Some(price),
        None => amount.filter(|_| quantity != 0.0).map(|amount| (amount / quantity).abs()),
    };
    let backwards = quantity < 0.0 || amount.is_some_and(|amount| amount < 0.0);
    Ok((quantity.abs(), price, backwards))
}

/// A value that cannot be read is none: it is of use for scores only.
fn deal<'r>(get: &impl Fn(Field) -> Option<&'r str>) -> Deal {
    let money = |field| get(field).and_then(|text| cell::money(text).ok());
    let discounted = money(Field::Discount).is_some_and(|discount| discount != 0.0);
    Deal { cost: money(Field::Cost), reduced: discounted || get(Field::Coupon).is_some() }
}

/// What a line says of the groups its customer belongs to.
fn scope<'r>(get: &impl Fn(Field) -> Option<&'r str>) -> Cow<'r, str> {
    let plain = |name: &&str| name.len() <= cell::MAX_ID && !name.chars().any(char::is_control);
    let names = GROUPS.map(|(field, _)| get(field).filter(plain).unwrap_or_default());
    if names.iter().all(|name| name.is_empty()) { Cow::Borrowed("") } else { Cow::Owned(names.join("\u{1}")) }
}

/// Of the columns that a line does not keep.
fn fingerprint<'r>(says: &[Option<&'r str>; 7], get: &impl Fn(Field) -> Option<&'r str>) -> u32 {
    let mut hasher = DefaultHasher::new();
    says.hash(&mut hasher);
    for field in [Field::Coupon, Field::Discount, Field::Cost, Field::Channel, Field::Amount] {
        get(field).hash(&mut hasher);
    }
    hasher.finish() as u32
}

/// Why a sound row is no line.
enum Skip<'a> {
    NotProduct(&'a str),
    Other,
}

impl Sink for OrderRows<'_> {
    fn row(&mut self, columns: &[String], record: &Record) {
        self.checker.binding.update(columns);
        self.report.rows += 1;
        if self.checker.rules.preset.is_some_and(Preset::carries_down) {
            self.checker.carry(record);
        }
        match self.checker.check(record) {
            Ok(Ok(line)) => self.take.line(record.line, line),
            Ok(Err(Skip::NotProduct(product))) => {
                let reason = || format!("{:?} is not a product", cell::clip(product));
                self.report.not_products.add(self.file, record.line, reason);
            }
            Ok(Err(Skip::Other)) => self.report.other += 1,
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
