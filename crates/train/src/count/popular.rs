//! Wanted most of late, bought again how readily, and after how long.

use super::age::Ages;
use super::fixed::fixed;
use super::frame::Frame;
use super::returns::sales_returned;
use super::visits::strength;
use crate::history::NONE;
use crate::input::events::Action;
use crate::input::orders::Trade;
use crate::options::Trend;
use std::collections::BTreeMap;

/// Fewest repeat purchases that make a median.
const MIN_REPEATS: usize = 5;
/// Smallest share of a product's buyers who bought it again: below it, a repeat is an exception.
const MIN_REPEAT_SHARE: f64 = 0.1;
/// A day, in milliseconds.
const DAY: i64 = 86_400_000;
/// Popularity of what nobody bought of late, beside that of the most popular product.
const UNPOPULAR: f64 = 0.01;
/// How many buyers a product is given of the shop's average, so that few of its own prove nothing.
const PRIOR_BUYERS: f64 = 10.0;

/// By product: faded purchases and views. A return takes back what its sale gave, and no more; see [`sales_returned`].
pub(crate) fn popularity(frame: &Frame, ages: &Ages, fade: f64) -> Vec<u64> {
    let mut sums = vec![0u64; frame.products];
    let purchase = |at: i64| fixed(strength(Action::Purchase) * ages.of_purchase(at, fade));
    for line in frame.lines.iter().filter(|line| line.trade == Trade::Sold) {
        sums[line.product as usize] += purchase(line.at);
    }
    for sale in sales_returned(&frame.lines) {
        sums[sale.product as usize] -= purchase(sale.at);
    }
    // Purchases among the touches stand among the lines as well.
    for touch in frame.touches.iter().filter(|touch| touch.action != Action::Purchase) {
        sums[touch.product as usize] += fixed(strength(touch.action) * ages.of_view(touch.at, fade));
    }
    sums
}

/// By product: the share of its buyers who bought it again, moved towards the shop's average where they
/// are few.
pub(crate) fn rebuy_shares(frame: &Frame, counts: impl Fn(u32) -> bool) -> Vec<f64> {
    let mut owned: Vec<(u32, u32)> = Vec::new();
    for &basket in frame.chain.iter().filter(|&&basket| counts(basket)) {
        let buyer = frame.buyer[basket as usize];
        owned.extend(frame.baskets.get(basket).iter().map(|&product| (product, buyer)));
    }
    owned.sort_unstable();
    let mut buyers = vec![[0.0f64; 2]; frame.products];
    for purchases in owned.chunk_by(|a, b| a == b) {
        let [all, again] = &mut buyers[purchases[0].0 as usize];
        *all += 1.0;
        *again += f64::from(u8::from(purchases.len() > 1));
    }
    let all = buyers.iter().map(|counts| counts[0]).sum::<f64>();
    let average = buyers.iter().map(|counts| counts[1]).sum::<f64>() / all.max(1.0);
    let share = |[all, again]: [f64; 2]| (again + PRIOR_BUYERS * average) / (all + PRIOR_BUYERS);
    buyers.into_iter().map(share).collect()
}

/// By product: how readily its buyers buy it again now, 0 to 255: the more, the more popular it is of late;
/// 0 where people do not buy it again at all.
pub(crate) fn again(popularity: &[u64], rebuys: &[f64], trend: &Trend) -> Vec<u8> {
    let most = popularity.iter().copied().max().unwrap_or(0).max(1) as f64;
    let again = |(&popularity, &share): (&u64, &f64)| {
        let now = (popularity as f64 / most + UNPOPULAR) / (1.0 + UNPOPULAR);
        let readily = (now.powf(trend.strength) * 255.0).round().clamp(1.0, 255.0) as u8;
        if share < trend.least_rebuys { 0 } else { readily }
    };
    popularity.iter().zip(rebuys).map(again).collect()
}

/// By product: when it was first bought or looked at, in milliseconds since 1970; `None` where that lies in
/// the first month of the data, for it may have been there long before.
pub(super) fn first_seen(frame: &Frame) -> Vec<Option<i64>> {
    let lines = frame.lines.iter().map(|line| (line.product, line.at));
    let seen = lines.chain(frame.touches.iter().map(|touch| (touch.product, touch.at)));
    let mut first: Vec<Option<i64>> = vec![None; frame.products];
    for (product, at) in seen {
        let first = &mut first[product as usize];
        *first = Some(first.map_or(at, |first| first.min(at)));
    }
    let begin = first.iter().flatten().min().map_or(0, |oldest| oldest + 30 * DAY);
    first.into_iter().map(|first| first.filter(|first| *first > begin)).collect()
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
