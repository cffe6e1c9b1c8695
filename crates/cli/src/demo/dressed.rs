//! Another shop's cards in our site folder: they lead to our pages and show pictures we may load.
//!
//! The training reads the catalogue as it is, with all its names of a product; only what cards show is
//! changed, afterwards.

use super::derived;
use super::error::DemoError;
use super::training::cards;
use std::path::Path;

/// Replaces the cards the site's catalogue names by dressed ones.
///
/// # Errors
/// A file that cannot be read or written; the site then stands as it was.
pub fn publish(site: &Path) -> Result<(), DemoError> {
    let mut cards = cards(site)?;
    derived::dress(&mut cards);
    Ok(tanish_train::replace_cards(site, cards)?)
}
