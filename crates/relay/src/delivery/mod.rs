//! From the queue to the destinations.
//!
//! - [`decide`]: what a judgement leads to, and how long to wait: functions of values
//! - `gather`: which events share a request
//! - `door`: keys, tokens and rates; runs an exchange of a [preset](crate::preset)
//! - `client`: one request over HTTP, its answer bounded; `mail`: one message by SMTP
//! - `worker`: the loop that ties them to the queue

mod client;
pub mod decide;
mod door;
mod gather;
mod mail;
mod probe;
pub(crate) mod webhook;
mod worker;

pub(crate) use door::Door;
pub use probe::{Probe, Seen, probe};
pub(crate) use worker::{Route, run};
