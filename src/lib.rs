//! Personalisation in the shopper's own browser.
//!
//! The rooms, in the order data flows through them. Everything but [`page`] is pure: no clock, no
//! network, no DOM, no globals. Time, bytes and answers come in as values; effects go out as values.
//!
//! - [`visitor`]: who is here, and what they agreed to
//! - [`event`]: what happened, and the outbox that delivers it
//! - [`score`]: what the visitor is worth and likes
//! - [`model`]: the files a page downloads, writer and reader side by side
//! - [`offer`]: which offer, to whom, in which arm of which test

/// Whether this build has the shop's rules, every kind and campaigns. The small module of a first visit has
/// not: what only they need is behind this constant, and the linker leaves it out.
pub(crate) const FULL: bool = cfg!(any(feature = "full", not(target_arch = "wasm32")));

pub mod event;
pub mod hash;
pub mod model;
pub mod offer;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod random;
pub mod recommend;
pub mod score;
pub mod shop;
pub mod time;
pub mod value;
pub mod visitor;
