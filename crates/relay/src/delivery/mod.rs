//! From the queue to the destinations.
//!
//! - [`decide`]: what an answer means, and how long to wait: functions of values
//! - [`webhook`]: events to a signed request
//! - `client`: one request over HTTP, its answer bounded
//! - `worker`: the loop that ties them to the queue

mod client;
pub mod decide;
pub mod webhook;
mod worker;

pub(crate) use client::Client;
pub(crate) use worker::{Route, run};
