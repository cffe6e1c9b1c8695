//! What the shop's rules in `site.json` ask of the training.

use crate::TrainError;
use crate::input::catalog::Catalog;
use std::path::Path;
use tanish::model::{MAX_CUTS, position_among};
use tanish::recommend::{Placements, Problems};
use tanish::value::Value;

/// Notes the margins that rules compare with, and where each product's lies among them.
///
/// # Errors
/// As [`margin_cuts`].
pub(crate) fn place_margins(catalog: &mut Catalog, out: &Path) -> Result<(), TrainError> {
    let cuts = margin_cuts(out)?;
    for product in catalog.products.values_mut().filter(|_| !cuts.is_empty()) {
        product.margin_place = product.margin.map(|margin| position_among(&cuts, margin));
    }
    catalog.margin_cuts = cuts;
    Ok(())
}

/// The margins that rules of the site folder's `site.json` compare with. A card is told on which side of
/// each its product is, so that no margin has to be published; without such a rule, cards say nothing.
///
/// # Errors
/// More margins than a card has room for. A `site.json` that is not there, or no JSON, asks for nothing.
fn margin_cuts(out: &Path) -> Result<Vec<f64>, TrainError> {
    let site = std::fs::read(out.join("site.json")).unwrap_or_default();
    let site: Value = serde_json::from_slice(&site).unwrap_or_default();
    let margins = Placements::read(site.get("placements"), &mut Problems::default()).margins();
    if margins.len() > MAX_CUTS {
        let reason =
            format!("rules compare margins with {} numbers; at most {MAX_CUTS} can be held", margins.len());
        return Err(TrainError::Option { option: "site.json: placements", reason });
    }
    Ok(margins)
}
