//! The whole report as numbers.

use crate::facts::Facts;
use crate::ledger::Ledger;
use crate::section::channels::{self, Channels, Costs};
use crate::section::contacts::{self, Contacts};
use crate::section::customers::{self, Customers};
use crate::section::experiments::{self, Experiment};
use crate::section::products::{self, Products};
use crate::section::recommendations::{self, Recommendations};
use serde::Serialize;

/// A report. `serde_json` gives what `tanish report --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// First and last time seen, in milliseconds since 1970; absent where nothing happened.
    pub span: Option<(i64, i64)>,
    /// Events counted.
    pub events: u64,
    /// One entry for each metric of each experiment.
    pub experiments: Vec<Experiment>,
    /// What recommendations did.
    pub recommendations: Recommendations,
    /// Customers.
    pub customers: Customers,
    /// Products.
    pub products: Products,
    /// Channels.
    pub channels: Channels,
    /// Contacts.
    pub contacts: Contacts,
}

impl Report {
    /// Works out everything.
    pub fn new(facts: &Facts, costs: &Costs) -> Report {
        let ledger = Ledger::new(facts);
        let experiments = experiments::experiments(facts, &ledger);
        Report {
            span: facts.span,
            events: facts.events,
            recommendations: recommendations::recommendations(facts, &ledger, &experiments),
            experiments,
            customers: customers::customers(facts, &ledger),
            products: products::products(facts, &ledger),
            channels: channels::channels(facts, &ledger, costs),
            contacts: contacts::contacts(facts),
        }
    }
}
