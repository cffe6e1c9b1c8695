//! Wanted most of late, and bought again after how long.

use super::fixed::fixed;
use super::frame::Frame;
use super::next::strength;
use super::returns::sales_returned;
use crate::history::NONE;
use crate::input::events::Action;
use crate::input::orders::Trade;
use std::collections::BTreeMap;

/// After so many days a purchase or a view counts 1/e for popularity.
const FADE_DAYS: f64 = 30.0;
/// Fewest repeat purchases that make a median.
const MIN_REPEATS: usize = 5;
/// Smallest share of a product's buyers who bought it again: below it, a repeat is an exception.
const MIN_REPEAT_SHARE: f64 = 0.1;
/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// By product: faded purchases and views. A return takes back what its sale gave, and no more; see [`sales_returned`].
pub(super) fn popularity(frame: &Frame) -> Vec<u64> {
    let mut sums = vec![0u64; frame.products];
    let weight = |at: i64, action: Action| fixed(strength(action) * (-frame.age_days(at) / FADE_DAYS).exp());
    for line in frame.lines.iter().filter(|line| line.trade == Trade::Sold) {
        sums[line.product as usize] += weight(line.at, Action::Purchase);
    }
    for sale in sales_returned(&frame.lines) {
        sums[sale.product as usize] -= weight(sale.at, Action::Purchase);
    }
    // Purchases among the touches stand among the lines as well.
    for touch in frame.touches.iter().filter(|touch| touch.action != Action::Purchase) {
        sums[touch.product as usize] += weight(touch.at, touch.action);
    }
    sums
}

/// By product: the median of the days between two purchases by one person; 0 below [`MIN_REPEATS`]
/// repeats or [`MIN_REPEAT_SHARE`] of the buyers.
pub(super) fn repeat_days(frame: &Frame) -> Vec<u32> {
    let mut days: BTreeMap<(u32, u32), Vec<i64>> = BTreeMap::new();
    let sold = frame.lines.iter().filter(|line| line.trade == Trade::Sold && line.person != NONE);
    for line in sold {
        days.entry((line.product, line.person)).or_default().push(line.at.div_euclid(DAY));
    }
    let mut repeats: Vec<Repeats> = vec![Repeats::default(); frame.products];
    for ((product, _), mut days) in days {
        days.sort_unstable();
        days.dedup();
        let of_product = &mut repeats[product as usize];
        of_product.buyers += 1;
        of_product.rebuyers += u32::from(days.len() > 1);
        of_product.gaps.extend(days.windows(2).map(|pair| pair[1] - pair[0]));
    }
    repeats.into_iter().map(Repeats::median).collect()
}

/// Who bought a product again, and after how many days.
#[derive(Debug, Clone, Default)]
struct Repeats {
    buyers: u32,
    rebuyers: u32,
    gaps: Vec<i64>,
}

impl Repeats {
    fn median(mut self) -> u32 {
        let usual = f64::from(self.rebuyers) >= MIN_REPEAT_SHARE * f64::from(self.buyers);
        if self.gaps.len() < MIN_REPEATS || !usual {
            return 0;
        }
        self.gaps.sort_unstable();
        u32::try_from(self.gaps[self.gaps.len() / 2]).unwrap_or(0)
    }
}
