//! What the marketer reads: tests and offers, recommendations, customers, products, channels, contacts.
//!
//! Data flows through the rooms in this order:
//!
//! - [`read`]: files to [`Facts`], which add up over parts of a log
//! - `ledger`: what was bought, files and events brought together
//! - [`section`]: the numbers of each part of the [`Report`]
//! - `page`: the report as one HTML file, or as CSV
//! - [`stats`]: the arithmetic of comparing two groups; it knows no events

mod facts;
mod fixed;
mod ledger;
mod page;
mod read;
mod report;
pub mod section;
pub mod stats;

pub use facts::Facts;
pub use page::{Heading, csv, html};
pub use read::{Inputs, Read, read, read_costs};
pub use report::Report;
pub use section::channels::Costs;
