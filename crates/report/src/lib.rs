//! What the marketer reads: tests and offers, recommendations, customers, products, channels, contacts.
//!
//! - [`stats`]: the arithmetic of comparing two groups; it knows no events

pub mod stats;
