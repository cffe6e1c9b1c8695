//! From events to facts.

use super::event::{Event, Key};
use super::table::{self, Columns};
use super::{json, source};
use crate::facts::{Answer, Click, DAY, Exposure, Facts, Line, Mail, NONE, Refund, Told, Trade, Visit};
use crate::fixed::Money;
use std::hash::{DefaultHasher, Hash, Hasher};
use tanish_train::input::cell::{self, Fault};
use tanish_train::input::{LogSink, Problem, ReadReport, Record, Sink};

/// How far a visitor's clock may run ahead of the server's, in milliseconds: 5 minutes.
const AHEAD: i64 = 5 * 60_000;
/// Longest word kept, in bytes.
const LONGEST: usize = 256;

/// Reads one log file into facts.
pub(super) struct Gather<'a> {
    facts: &'a mut Facts,
    file: String,
    report: &'a mut ReadReport,
    columns: Columns,
    /// Rows of the event that is being read, where one may take several.
    held: Vec<Record>,
    key: String,
}

impl<'a> Gather<'a> {
    pub fn new(facts: &'a mut Facts, file: String, report: &'a mut ReadReport) -> Gather<'a> {
        Gather { facts, file, report, columns: Columns::default(), held: Vec::new(), key: String::new() }
    }

    /// The file is read.
    pub fn end(&mut self) {
        let held = std::mem::take(&mut self.held);
        let Some(first) = held.first() else { return };
        let mut event = Event::default();
        for (number, record) in held.iter().enumerate() {
            self.columns.read(record, number == 0, &mut event);
        }
        self.event(first.line, &event);
    }

    fn event(&mut self, line: u64, event: &Event<'_>) {
        self.report.rows += 1;
        if let Err((problem, reason)) = self.take(line, event) {
            self.report.bad.entry(problem).or_default().add(&self.file, line, || reason);
        }
    }

    fn take(&mut self, line: u64, event: &Event<'_>) -> Result<(), Fault> {
        if let Some(message) = event.text(Key::Message)
            && !self.facts.seen.insert(fingerprint(&message))
        {
            self.report.duplicates.add(&self.file, line, || "its messageId came before".into());
            return Ok(());
        }
        let at = time(event)?;
        let customer = self.person('c', event, Key::Customer)?;
        let browser = self.person('a', event, Key::Visitor)?;
        if customer != NONE && browser != NONE {
            self.facts.link(browser, customer);
        }
        let mut person = if customer == NONE { browser } else { customer };
        if person == NONE
            && let Some(session) = event.text(Key::Session)
        {
            let session = format!("session {}", cell::id(&session)?);
            person = self::person(self.facts, 'a', &session);
        }
        self.facts.events += 1;
        self.facts.note(at);
        if person != NONE {
            self.visit(event, person, at);
        }
        self.act(event, person, at)
    }

    fn person(&mut self, kind: char, event: &Event<'_>, key: Key) -> Result<u32, Fault> {
        let Some(id) = event.text(key) else { return Ok(NONE) };
        let id = cell::id(&id)?;
        self.key.clear();
        self.key.push(kind);
        self.key.push_str(id);
        Ok(self.facts.people.number(&self.key))
    }

    fn word(&mut self, event: &Event<'_>, key: Key) -> u32 {
        event.text(key).map_or(NONE, |text| self.facts.words.number(clip(&text)))
    }

    fn visit(&mut self, event: &Event<'_>, person: u32, at: i64) {
        // Without a session's id a day is a visit.
        let session =
            event.text(Key::Session).map_or(at.div_euclid(DAY) as u64, |session| fingerprint(&session));
        let known = self.facts.visits.get(&(person, session));
        if known.is_some_and(|visit| visit.at < at) {
            return;
        }
        let (source, campaign) = source::of(event);
        let source = self.facts.words.number(clip(&source));
        let campaign = campaign.map_or(NONE, |campaign| self.facts.words.number(clip(&campaign)));
        self.facts.visit((person, session), Visit { at, source, campaign });
    }

    fn act(&mut self, event: &Event<'_>, person: u32, at: i64) -> Result<(), Fault> {
        let name = event.text(Key::Name).unwrap_or_default();
        match &*name {
            "Experiment Viewed" => self.exposed(event, person, at),
            "Product List Viewed" => self.listed(event),
            "Product Clicked" => self.clicked(event, person, at),
            "Promotion Viewed" => {
                let offer = self.word(event, Key::Promotion);
                *self.facts.offers_shown.entry(offer).or_default() += 1;
            }
            "Promotion Clicked" => {
                let what = self.word(event, Key::Promotion);
                self.facts.clicks.push(Click { at, person, what, list: NONE, position: 0 });
            }
            "Product Viewed" => {
                let product = self.word(event, Key::Product);
                *self.facts.product_views.entry(product).or_default() += 1;
            }
            "Order Completed" => return self.ordered(event, person, at),
            "Order Refunded" | "Order Cancelled" => {
                return self.refunded(event, at, name == "Order Cancelled");
            }
            "Survey Answered" => self.answered(event, person, at),
            "Permission Granted" => self.permission(event, 0),
            "Permission Withdrawn" => self.permission(event, 1),
            "Wish Recorded" => {
                let wish = event.text(Key::Query).map(|wish| clip(&wish.to_lowercase()).to_owned());
                if let Some(wish) = wish {
                    let wish = self.facts.words.number(&wish);
                    *self.facts.wishes.entry(wish).or_default() += 1;
                }
            }
            "Complaint Opened" | "Complaint Recorded" | "Ticket Opened" => self.case(event, 0, at),
            "Complaint Answered" | "Ticket Answered" | "Ticket Closed" => self.case(event, 1, at),
            other => {
                if let Some(mail) = mail(other) {
                    *self.facts.mails.entry(mail).or_default() += 1;
                } else {
                    self.report.other += 1;
                }
            }
        }
        Ok(())
    }

    fn exposed(&mut self, event: &Event<'_>, person: u32, at: i64) {
        let [experiment, variation, offer, locale] =
            [Key::Experiment, Key::Variation, Key::Offer, Key::Locale].map(|key| self.word(event, key));
        if person != NONE && experiment != NONE && variation != NONE {
            self.facts.exposures.push(Exposure { at, person, experiment, variation, offer, locale });
        }
    }

    fn listed(&mut self, event: &Event<'_>) {
        let list = self.word(event, Key::List);
        let facts = &mut *self.facts;
        let shown = facts.shown.entry(list).or_default();
        shown.views += 1;
        for (place, product) in event.products.iter().enumerate() {
            if let Some(id) = product.id.text() {
                *shown.products.entry(facts.words.number(clip(&id))).or_default() += 1;
            }
            let place = product.position.number().unwrap_or((place + 1) as f64);
            *shown.positions.entry(position(place)).or_default() += 1;
        }
    }

    fn clicked(&mut self, event: &Event<'_>, person: u32, at: i64) {
        let (list, what) = (self.word(event, Key::List), self.word(event, Key::Product));
        if list != NONE {
            let position = event.number(Key::Position).map_or(0, position);
            self.facts.clicks.push(Click { at, person, what, list, position });
        }
    }

    fn ordered(&mut self, event: &Event<'_>, person: u32, at: i64) -> Result<(), Fault> {
        let id = event.text(Key::Order).or_else(|| event.text(Key::Message));
        // Session rows have no orders: what was bought in a session is one.
        let id = match id {
            Some(id) => cell::id(&id)?.to_owned(),
            None => match event.text(Key::Session) {
                Some(session) => format!("\u{2}{}", cell::id(&session)?),
                None => format!("\u{2}{person} {at}"),
            },
        };
        let order = self.facts.words.number(&id);
        let amount =
            [Key::Revenue, Key::Total, Key::Worth, Key::Subtotal].iter().find_map(|key| event.number(*key));
        let coupon = self.word(event, Key::Coupon);
        self.facts.told.push(Told { at, order, person, amount: amount.map(Money::of), coupon });
        let one = [(event.text(Key::Product), event.number(Key::Price), event.number(Key::Quantity))];
        let listed = event.products.iter().map(|p| (p.id.text(), p.price.number(), p.quantity.number()));
        let lines = listed.chain(one.into_iter().filter(|_| event.products.is_empty()));
        for (product, price, quantity) in lines {
            let Some(product) = product else { continue };
            let quantity = quantity.unwrap_or(1.0).clamp(-1e6, 1e6);
            let product = self.facts.words.number(cell::id(&product)?);
            self.facts.lines.push(Line {
                at,
                order,
                product,
                person,
                amount: Money::of((price.unwrap_or(0.0) * quantity).abs().min(1e12)),
                pieces: (quantity.abs() * 1000.0).round() as i64,
                country: NONE,
                channel: NONE,
                coupon,
                cost: None,
                trade: if quantity < 0.0 { Trade::Returned } else { Trade::Sold },
                of_file: false,
            });
        }
        for product in &event.products {
            if let (Some(id), Some(title)) = (product.id.text(), product.title.text()) {
                let (id, title) = (self.facts.words.number(clip(&id)), self.facts.words.number(clip(&title)));
                self.facts.title(id, title);
            }
        }
        Ok(())
    }

    fn refunded(&mut self, event: &Event<'_>, at: i64, whole: bool) -> Result<(), Fault> {
        let id = event.text(Key::Order).ok_or((Problem::NoOrder, "a refund without order_id".to_owned()))?;
        let order = self.facts.words.number(cell::id(&id)?);
        let said = [Key::Revenue, Key::Total, Key::Worth].iter().find_map(|key| event.number(*key));
        let listed = || {
            let worth =
                event.products.iter().map(|p| Some(p.price.number()? * p.quantity.number().unwrap_or(1.0)));
            worth.sum::<Option<f64>>().filter(|_| !event.products.is_empty())
        };
        let amount =
            if whole { None } else { said.or_else(listed).map(|amount| Money::of(amount.abs().min(1e12))) };
        self.facts.refunds.push(Refund { order, amount, at });
        Ok(())
    }

    fn answered(&mut self, event: &Event<'_>, person: u32, at: i64) {
        let score =
            [Key::Score, Key::Rating, Key::Answer, Key::Worth].iter().find_map(|key| event.number(*key));
        let Some(score) = score else { return };
        let (survey, kind) = (self.word(event, Key::Survey), self.word(event, Key::SurveyKind));
        let score = (score.clamp(-1e6, 1e6) * 100.0).round() as i64;
        self.facts.answers.push(Answer { at, person, survey, kind, score });
    }

    fn permission(&mut self, event: &Event<'_>, step: usize) {
        let said = event.text(Key::Permission).or_else(|| event.text(Key::Channel));
        let permission = said.map_or("all".to_owned(), |said| clip(&said).to_owned());
        let permission = self.facts.words.number(&permission);
        self.facts.permissions.entry(permission).or_default()[step] += 1;
    }

    fn case(&mut self, event: &Event<'_>, step: usize, at: i64) {
        let case = self.word(event, Key::Ticket);
        if case != NONE {
            self.facts.case(case, step, Some(at));
        }
    }
}

impl Sink for Gather<'_> {
    fn row(&mut self, columns: &[String], record: &Record) {
        self.columns.update(columns);
        if self.columns.has_products {
            if self.held.first().is_some_and(|first| first.line != record.line) {
                self.end();
            }
            self.held.push(record.clone());
            return;
        }
        let mut event = Event::default();
        self.columns.read(record, true, &mut event);
        self.event(record.line, &event);
    }

    fn wants(&self, column: &str) -> bool {
        table::wants(column)
    }

    fn fault(&mut self, line: u64, problem: Problem, reason: String) {
        self.report.rows += 1;
        self.report.bad.entry(problem).or_default().add(&self.file, line, || reason);
    }
}

impl LogSink for Gather<'_> {
    fn line(&mut self, line: u64, json: &str) {
        let mut event = Event::default();
        match json::event(json, &mut event) {
            Ok(()) => self.event(line, &event),
            Err(error) => self.fault(line, Problem::BrokenRow, format!("not a JSON object: {error}")),
        }
    }
}

/// The number of a customer (`c`) or a browser (`a`).
pub(super) fn person(facts: &mut Facts, kind: char, id: &str) -> u32 {
    facts.people.number(&format!("{kind}{id}"))
}

fn mail(name: &str) -> Option<Mail> {
    Some(match name {
        "Email Sent" => Mail::Sent,
        "Email Delivered" => Mail::Delivered,
        "Email Bounced" => Mail::Bounced,
        "Email Opened" => Mail::Opened,
        "Email Link Clicked" | "Email Clicked" => Mail::Clicked,
        "Email Marked as Spam" => Mail::Spam,
        "Unsubscribed" | "Email Unsubscribed" => Mail::Unsubscribed,
        _ => return None,
    })
}

/// When it happened, by the clock that is nearest to it; what is said to have happened long after it was
/// received happened when it was received.
fn time(event: &Event<'_>) -> Result<i64, Fault> {
    let instant = |key| event.text(key).map(|text| cell::timestamp(&text));
    let said = [Key::At, Key::Original, Key::Sent, Key::Received].into_iter().find_map(instant);
    let said = said.unwrap_or_else(|| Err((Problem::BadTimestamp, "no timestamp".into())));
    match (said, instant(Key::Received)) {
        (Ok(said), Some(Ok(received))) if said > received.saturating_add(AHEAD) => Ok(received),
        (Err((Problem::Absurd, _)), Some(Ok(received))) => Ok(received),
        (said, _) => said,
    }
}

fn position(number: f64) -> u16 {
    number.clamp(0.0, 1000.0) as u16
}

/// A word without what could steer a terminal, as far as a report shows one.
fn clip(text: &str) -> &str {
    let end = text.char_indices().find(|(at, char)| *at >= LONGEST || char.is_control());
    end.map_or(text, |(at, _)| &text[..at])
}

/// 64 bits of a message's id: of ten million ids two are taken for one once in 400,000 logs.
fn fingerprint(message: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.hash(&mut hasher);
    hasher.finish()
}
