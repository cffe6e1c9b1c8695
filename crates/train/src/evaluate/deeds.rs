//! What the files say, row by row and in their order: nothing is dropped but what cannot be read.

use super::Protocol;
use crate::history::Names;
use crate::input::events::{Action, Person, SILENCE, TakeEvents, Touched};
use crate::input::orders::{OrderLine, TakeLines, Trade};
use crate::input::{ReadReport, read_rows};
use crate::{Options, TrainError};
use std::ops::Range;
use std::path::PathBuf;

/// One product in one session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    pub session: u32,
    /// Whose it is, where known.
    pub person: Option<u32>,
    pub product: u32,
    pub at: i64,
    pub action: Action,
}

/// Everything read, of both files.
#[derive(Default)]
pub(super) struct Deeds {
    pub sessions: Names,
    pub people: Names,
    pub products: Names,
    /// The part being read.
    reading: Vec<Deed>,
    /// By session and time, in the order of the rows where times are equal; one part after the other.
    pub list: Vec<Deed>,
    report: ReadReport,
}

impl Deeds {
    /// Reads files into the part at hand.
    pub fn read(
        &mut self,
        files: &[PathBuf],
        options: &Options,
        protocol: Protocol,
    ) -> Result<(), TrainError> {
        let mut report = std::mem::take(&mut self.report);
        let read = files.iter().try_for_each(|file| read_rows(file, options, &mut report, self));
        self.report = report;
        if protocol == Protocol::Basket {
            self.reading.retain(|deed| deed.action == Action::Purchase);
        }
        read
    }

    /// Ends the part at hand; where its deeds stand in [`Deeds::list`].
    pub fn end_part(&mut self) -> Range<usize> {
        let from = self.list.len();
        let mut part = std::mem::take(&mut self.reading);
        part.sort_by_key(|deed| (deed.session, deed.at));
        self.split_by_silence(&mut part);
        self.list.append(&mut part);
        from..self.list.len()
    }

    /// Sessions that only have a visitor's name are several wherever the visitor paused.
    fn split_by_silence(&mut self, part: &mut [Deed]) {
        for visitor in part.chunk_by_mut(|a, b| a.session == b.session) {
            if !self.sessions.name(visitor[0].session).starts_with(UNNAMED) {
                continue;
            }
            let whole = self.sessions.name(visitor[0].session).to_owned();
            let mut session = visitor[0].session;
            for at in 1..visitor.len() {
                if visitor[at].at - visitor[at - 1].at > SILENCE {
                    session = self.sessions.number(&format!("{whole}\u{1}{}", visitor[at].at));
                }
                visitor[at].session = session;
            }
        }
    }

    fn person(&mut self, person: Person<'_>) -> Option<u32> {
        match (person.customer, person.anonymous) {
            (Some(customer), _) => Some(self.people.number(customer)),
            (None, Some(browser)) => Some(self.people.number(&format!("\u{1}{browser}"))),
            (None, None) => None,
        }
    }

    /// Why there are no cases.
    pub fn blame(&self, protocol: Protocol) -> String {
        let needs = match protocol {
            Protocol::NextItem => "the test file has no session of two products",
            Protocol::Basket => {
                "the test file has no purchases: leave out its action column where every row is one"
            }
        };
        format!("{needs} ({})", self.report.blame())
    }
}

/// Begins the names of sessions that have none.
const UNNAMED: char = '\u{3}';

impl TakeEvents for Deeds {
    fn touched(&mut self, _line: u64, touched: Touched<'_>) {
        let person = self.person(touched.person);
        let session = match (touched.session, touched.person.customer.or(touched.person.anonymous)) {
            (Some(session), _) => self.sessions.number(session),
            (None, Some(person)) => self.sessions.number(&format!("{UNNAMED}{person}")),
            (None, None) => return,
        };
        let product = self.products.number(touched.product);
        self.reading.push(Deed { session, person, product, at: touched.at, action: touched.action });
    }

    fn met(&mut self, _person: Person<'_>) {}

    fn knows_order(&self, _order: &str) -> bool {
        false
    }

    fn knows_return(&self, _order: &str, _product: &str) -> bool {
        false
    }

    /// What was bought is told as touched too.
    fn bought(&mut self, _line: u64, _person: Person<'_>, _order: OrderLine<'_>) {}
}

impl TakeLines for Deeds {
    fn line(&mut self, _line: u64, order: OrderLine<'_>) {
        if order.trade == Trade::Sold {
            let person = self.person(Person { customer: order.customer, anonymous: None });
            let session = self.sessions.number(&order.order);
            let product = self.products.number(order.product);
            self.reading.push(Deed { session, person, product, at: order.at, action: Action::Purchase });
        }
    }
}
