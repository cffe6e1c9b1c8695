//! Where the best fifth of a shop's customers begins.

/// The smallest value that at least `share` of all are not above; `None` of none. Values that are no
/// numbers are left out.
pub fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> Option<f64> {
    let mut known: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    let rank = (share * known.len() as f64).ceil() as usize;
    let place = rank.clamp(1, known.len().max(1)) - 1;
    (!known.is_empty()).then(|| *known.select_nth_unstable_by(place, f64::total_cmp).1)
}
