//! The words catalogues use for stock, categories and lists.

use super::super::cell::{Fault, clip};
use super::super::report::Problem;

/// Pieces in stock by what a stock or availability cell says; `Err` for unknown words.
pub(super) fn stock(text: &str) -> Result<Option<u32>, ()> {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match plain.as_str() {
        "instock"
        | "true"
        | "yes"
        | "available"
        | "preorder"
        | "backorder"
        | "onbackorder"
        | "limitedavailability" => Ok(None),
        "outofstock" | "false" | "no" | "soldout" | "discontinued" | "unavailable" => Ok(Some(0)),
        _ => {
            let pieces: f64 = text.parse().map_err(|_| ())?;
            if pieces.is_finite() { Ok(Some(pieces.clamp(0.0, f64::from(u32::MAX)) as u32)) } else { Err(()) }
        }
    }
}

/// Pieces by size: `S:3|M:0|L:12`.
pub(super) fn by_size(text: &str) -> Result<Vec<(String, u32)>, Fault> {
    let wrong = || (Problem::BadValue, format!("{:?} is no stock by size: use S:3|M:0|L:12", clip(text)));
    let mut sizes: Vec<(String, u32)> = Vec::new();
    for part in text.split(['|', ',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let (size, pieces) = part.rsplit_once([':', '=']).ok_or_else(wrong)?;
        let (size, pieces) = (size.trim(), stock(pieces.trim()).map_err(|()| wrong())?);
        let fits = !size.is_empty() && size.len() <= 100 && sizes.len() < 100;
        if fits && !sizes.iter().any(|(known, _)| known == size) {
            // There, but nobody counted: a piece.
            sizes.push((size.to_owned(), pieces.unwrap_or(1)));
        }
    }
    Ok(sizes)
}

/// The sizes of which no piece is left.
pub(super) fn sold_out(sizes: &[(String, u32)]) -> Vec<String> {
    sizes.iter().filter(|(_, pieces)| *pieces == 0).map(|(size, _)| size.clone()).collect()
}

/// The values of an attribute's cell: each once, in order.
pub(crate) fn values(name: &str, text: &str) -> Vec<String> {
    let separators: &[char] = match name {
        "category" => &['>', '|'],
        "size" => &['|', ',', ';'],
        "color" => &['|', ',', ';', '/'],
        _ => &['|'],
    };
    let mut values: Vec<String> = Vec::new();
    for value in text.split(separators).map(str::trim) {
        let fits = !value.is_empty() && value.len() <= 100 && values.len() < 100;
        if fits && !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_in_words_and_numbers() {
        assert_eq!(stock("in stock"), Ok(None));
        assert_eq!(stock("in_stock"), Ok(None));
        assert_eq!(stock("Out of Stock"), Ok(Some(0)));
        assert_eq!(stock("17"), Ok(Some(17)));
        assert_eq!(stock("-2"), Ok(Some(0)));
        assert_eq!(stock("NaN"), Err(()));
        assert_eq!(stock("soon"), Err(()));
    }

    #[test]
    fn stock_by_size() {
        let sizes = by_size("S:3| M:0 |L=in stock").unwrap();
        assert_eq!(sizes, [("S".into(), 3), ("M".into(), 0), ("L".into(), 1)]);
        assert_eq!(sold_out(&sizes), ["M"]);
        assert!(by_size("S,M").is_err() && by_size("S:many").is_err());
    }

    #[test]
    fn lists_are_split_where_their_kind_splits() {
        assert_eq!(values("category", "Clothing > Shirts"), ["Clothing", "Shirts"]);
        assert_eq!(values("size", "S,M, L,M"), ["S", "M", "L"]);
        assert_eq!(values("size", "40/42"), ["40/42"]);
        assert_eq!(values("color", "Black/White"), ["Black", "White"]);
        assert_eq!(values("brand", "Marks, Spencer"), ["Marks, Spencer"]);
    }
}
