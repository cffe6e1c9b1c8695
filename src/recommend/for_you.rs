//! `for-you`: what the history says, product by product, blended with the visitor's own purchases and
//! with what is popular now.

use super::library::Reading;
use super::rank::Candidate;
use super::scores::{Scores, Sum};
use super::{Because, MAX_BOUGHT};
use crate::hash::spread;
use crate::model::{Entry, Relation, Settings};
use crate::visitor::{Action, HistoryEntry};

/// What a history says of one product.
struct Told<'a> {
    id: &'a str,
    key: u64,
    /// How many other products were looked at since it was; `None`: it was only bought.
    step: Option<u32>,
    /// The strongest thing done to it short of a purchase.
    action: Action,
    /// How often it was looked at.
    looks: u32,
    /// How many orders came since it was last bought; `None`: it never was.
    order: Option<u32>,
    /// How often it was bought.
    times: u32,
    /// The same, each time less the more orders came since.
    frequency: f64,
}

/// By order, the newest first: how many products were last bought in it.
fn sizes(told: &[Told]) -> Vec<u32> {
    let mut sizes = Vec::new();
    for order in told.iter().filter_map(|told| told.order) {
        let order = order as usize;
        sizes.resize(sizes.len().max(order + 1), 0);
        sizes[order] += 1;
    }
    sizes
}

/// Each product of the history once, the newest first.
fn told<'a>(history: &'a [HistoryEntry], settings: &Settings) -> Vec<Told<'a>> {
    let mut all: Vec<Told<'a>> = Vec::new();
    let mut steps = 0;
    let mut orders = 0;
    let mut order: Option<&HistoryEntry> = None;
    for entry in history.iter().rev().filter(|entry| !entry.id.is_empty()) {
        let key = spread(&entry.id);
        let at = all.iter().position(|told| told.key == key).unwrap_or_else(|| {
            let id = entry.id.as_str();
            let action = Action::View;
            all.push(Told { id, key, step: None, action, looks: 0, order: None, times: 0, frequency: 0.0 });
            all.len() - 1
        });
        let told = &mut all[at];
        if entry.action == Action::Purchase {
            let other = order.is_some_and(|order| match (&order.order, &entry.order) {
                (Some(one), Some(other)) => one != other,
                _ => order.at != entry.at,
            });
            orders += u32::from(other);
            order = Some(entry);
            told.order = told.order.or(Some(orders));
            told.times += 1;
            told.frequency += fading(orders, settings.frequency_decay);
        } else {
            if told.step.is_none() {
                told.step = Some(steps);
                steps += 1;
            }
            told.looks += 1;
            told.action = told.action.max(entry.action);
        }
    }
    all
}

/// What is left of 1 after so many steps.
fn fading(steps: u32, decay: f32) -> f64 {
    (-f64::from(steps) / f64::from(decay)).exp()
}

impl Told<'_> {
    /// How loud the product's row speaks.
    fn voice(&self, settings: &Settings, sizes: &[u32]) -> f64 {
        let browsed = self.step.map_or(0.0, |step| {
            let newest = if step == 0 { f64::from(settings.newest) } else { 1.0 };
            let action = if self.action == Action::View { 1.0 } else { f64::from(settings.cart_weight) };
            newest * action * fading(step, settings.position_decay)
        });
        // An order speaks as one, however much was in it.
        let bought = self
            .order
            .map_or(0.0, |order| fading(order, settings.order_decay) / f64::from(sizes[order as usize]));
        browsed + f64::from(settings.purchase_weight) * bought
    }

    fn because(&self) -> Because {
        let id = self.id.to_owned();
        match (self.order.is_some(), self.action) {
            (true, _) => Because::Bought(id),
            (false, Action::Cart) => Because::InCart(id),
            (false, Action::Wish) => Because::Wished(id),
            (false, _) => Because::Viewed(id),
        }
    }
}

/// All candidates, in no order. What was bought once, and what people do not buy again, is marked as spent.
pub(super) fn candidates(entry: &Entry, history: &[HistoryEntry], reading: &mut Reading) -> Vec<Candidate> {
    let settings = &entry.settings;
    let told = told(history, settings);
    let sizes = sizes(&told);
    let mut model = Scores::default();
    let mut own = Scores::default();
    let mut once: Vec<u32> = Vec::new();
    let mut bought = 0;
    for (source, product) in (0u32..).zip(&told) {
        let speaks = source < u32::from(settings.window);
        let owned = product.order.is_some() && bought < MAX_BOUGHT;
        if !speaks && !owned {
            continue;
        }
        let Some(place) = reading.place(product.id) else { continue };
        let Some(row) = reading.row(place) else { continue };
        if speaks {
            let voice = product.voice(settings, &sizes);
            for neighbour in row.list(Relation::Next) {
                model.add(neighbour.number, voice * f64::from(neighbour.weight), source);
            }
            let again =
                f64::from(settings.revisit) * f64::from(product.looks.saturating_sub(1).min(MAX_LOOKS));
            if again > 0.0 {
                model.add(place.number, again, source);
            }
        }
        if owned {
            bought += 1;
            let rebuys = product.times > 1 || row.again > 0;
            if rebuys && settings.frequency_weight > 0.0 {
                own.add(place.number, product.frequency * f64::from(row.again.max(1)) / 255.0, source);
            } else {
                once.push(place.number);
            }
        }
    }
    blend(entry, &told, model, own, &once, reading)
}

/// Looks beyond so many say no more.
const MAX_LOOKS: u32 = 5;

/// Marks popularity among the sources of a score.
const POPULAR: u32 = u32::MAX;

fn blend(
    entry: &Entry,
    told: &[Told],
    model: Scores,
    own: Scores,
    once: &[u32],
    reading: &mut Reading,
) -> Vec<Candidate> {
    let settings = &entry.settings;
    let mut blend = model;
    blend.scale_to(1.0);
    let bought = own.sums().len();
    let mut own = own;
    own.scale_to(f64::from(settings.frequency_weight));
    for sum in own.sums() {
        blend.add(sum.number, sum.score, sum.source | OWN);
    }
    if blend.sums().is_empty() && bought == 0 {
        reading.top();
    }
    for popular in &entry.popular {
        let share = f64::from(settings.popular_share) * f64::from(popular.weight) / 255.0;
        blend.add(popular.number, share, POPULAR);
    }
    let because = |source: u32| match (source, told.get((source & !OWN) as usize)) {
        (POPULAR, _) | (_, None) => Because::Popular,
        (_, Some(product)) if source & OWN == 0 => product.because(),
        (_, Some(product)) if product.times > 1 => Because::BuysOften,
        _ => Because::BoughtBefore,
    };
    let candidate = |sum: &Sum| Candidate {
        number: sum.number,
        score: sum.score,
        because: because(sum.source),
        spent: once.contains(&sum.number),
    };
    blend.sums().iter().map(candidate).collect()
}

/// Marks the visitor's own purchases among the sources of a score.
const OWN: u32 = 1 << 31;
