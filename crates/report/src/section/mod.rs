//! The sections of a report: numbers, worked out of facts and ledger.

pub mod channels;
pub mod contacts;
pub mod customers;
pub mod experiments;
pub mod products;
pub mod recommendations;
mod sums;
pub mod verdict;
