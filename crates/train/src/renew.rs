//! Cards anew, while the model stays: what a change of a price takes.

use crate::build::{self, Publishing, Site, card};
use crate::input;
use crate::input::catalog::{Catalog, Product};
use crate::rules;
use crate::summary::Summary;
use crate::{Laps, Options, Phase, Progress, TrainError};
use std::path::Path;
use tanish::model::Card;

/// Reads the catalogue and renews the cards of the products the model knows.
///
/// # Errors
/// No model in the site folder, a catalogue that cannot be read, files that cannot be written.
pub(crate) fn renew(options: &Options, progress: &mut dyn Progress) -> Result<Summary, TrainError> {
    let mut clock = Laps::new(progress);
    let (mut catalog, products) = input::read_catalog(options, progress)?;
    rules::place_margins(&mut catalog, &options.out)?;
    clock.lap(Phase::Read, progress);
    progress.begin(Phase::Build, None);
    let publishing = Publishing::begin(options)?;
    let folder = publishing.folder();
    if folder.entry().is_none() {
        return Err(TrainError::NoModel { out: options.out.display().to_string() });
    }
    let (cards, notes) = renewed(folder.cards()?, &catalog);
    let products_of: Vec<&Product> = catalog.products.values().collect();
    let site = Site {
        model: None,
        cards,
        newest: None,
        margin_cuts: Some(catalog.margin_cuts.clone()),
        languages: build::languages(&products_of),
    };
    clock.lap(Phase::Build, progress);
    let published = build::publish(&site, &publishing, progress)?;
    clock.lap(Phase::Write, progress);
    Ok(Summary {
        catalog_read: products,
        products: site.cards.len() as u64,
        files: published.files,
        bytes: published.bytes,
        widget: published.widget,
        notes: published.notes.into_iter().chain(notes).collect(),
        seconds: clock.seconds,
        ..Summary::default()
    })
}

/// The cards as the catalogue has them now. What left it can no longer be sold.
fn renewed(mut cards: Vec<Card>, catalog: &Catalog) -> (Vec<Card>, Vec<String>) {
    let (mut found, mut gone) = (0, 0);
    for old in &mut cards {
        match catalog.products.get(&old.id) {
            Some(product) => {
                *old = card(product);
                found += 1;
            }
            None => {
                old.stock = Some(0);
                gone += 1;
            }
        }
    }
    let new = catalog.products.len() - found;
    let mut notes = Vec::new();
    if new > 0 {
        notes.push(format!(
            "{new} new products are shown from the next training with --orders or --events on"
        ));
    }
    if gone > 0 {
        notes.push(format!("{gone} products left the catalogue and are no longer shown"));
    }
    (cards, notes)
}

/// Publishes other cards for the products of a site folder, number by number, without touching its model.
///
/// # Errors
/// No model in the folder, cards that are not one a product, or a file that cannot be written.
pub fn replace_cards(out: &Path, cards: Vec<Card>) -> Result<(), TrainError> {
    let options = Options::new(out);
    let publishing = Publishing::begin(&options)?;
    let folder = publishing.folder();
    let known = folder.catalog().map(|catalog| catalog.products as usize);
    if known != Some(cards.len()) {
        return Err(TrainError::NoModel { out: out.display().to_string() });
    }
    let site = Site { model: None, cards, newest: None, margin_cuts: None, languages: Vec::new() };
    build::publish(&site, &publishing, &mut ()).map(|_| ())
}
