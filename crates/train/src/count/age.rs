//! How old visits and orders are, and what that leaves of their weight.
//!
//! Age is counted in what happened since, not in days: 0.1 = a tenth of all visits (or orders) came after.
//! So it means the same in a busy season and a quiet one, for a young shop and an old one, and where
//! clocks only say what came first.

use super::frame::Frame;

/// Ages and holdout of one timeline.
struct Line {
    /// Instants of the units that are not held, rising.
    sorted: Vec<i64>,
    /// By unit: whether it belongs to the last part, which is kept apart to be predicted.
    held: Vec<bool>,
}

impl Line {
    /// Holds the last `share` of the units back: by time, then by number.
    fn new(times: &[i64], share: f64) -> Line {
        let mut order: Vec<u32> = (0..times.len() as u32).collect();
        order.sort_unstable_by_key(|&unit| (times[unit as usize], unit));
        let kept = times.len() - (times.len() as f64 * share) as usize;
        let mut held = vec![false; times.len()];
        order[kept..].iter().for_each(|&unit| held[unit as usize] = true);
        Line::of(times, held)
    }

    fn of(times: &[i64], held: Vec<bool>) -> Line {
        let kept = times.iter().zip(&held).filter(|(_, held)| !**held);
        let mut sorted: Vec<i64> = kept.map(|(at, _)| *at).collect();
        sorted.sort_unstable();
        Line { sorted, held }
    }

    /// The share of the kept units that came after an instant.
    fn age(&self, at: i64) -> f64 {
        let after = self.sorted.len() - self.sorted.partition_point(|time| *time <= at);
        after as f64 / self.sorted.len().max(1) as f64
    }
}

/// Ages of visits and orders.
pub(crate) struct Ages {
    visits: Line,
    baskets: Line,
}

impl Ages {
    /// Ages, with the last `shares` of visits and of orders held back.
    pub fn new(frame: &Frame, shares: [f64; 2]) -> Ages {
        Ages { visits: Line::new(&frame.visited, shares[0]), baskets: Line::new(&frame.bought, shares[1]) }
    }

    /// Holds each customer's last order back, where there is one before it, instead of the last of all.
    pub fn hold_last_baskets(&mut self, frame: &Frame) {
        let mut held = vec![false; frame.bought.len()];
        for orders in frame.chain.chunk_by(|&a, &b| frame.buyer[a as usize] == frame.buyer[b as usize]) {
            if let [_, .., last] = orders {
                held[*last as usize] = true;
            }
        }
        self.baskets = Line::of(&frame.bought, held);
    }

    /// Whether a visit is held back.
    pub fn is_held_visit(&self, visit: u32) -> bool {
        self.visits.held[visit as usize]
    }

    /// Whether an order is held back.
    pub fn is_held_basket(&self, basket: u32) -> bool {
        self.baskets.held[basket as usize]
    }

    /// What is left of a view at an instant when after a share of `fade` evidence weighs 1/e.
    pub fn of_view(&self, at: i64, fade: f64) -> f64 {
        (-self.visits.age(at) / fade).exp()
    }

    /// The same of a purchase.
    pub fn of_purchase(&self, at: i64, fade: f64) -> f64 {
        (-self.baskets.age(at) / fade).exp()
    }

    /// By visit: what is left of it; 0 where it is held back.
    pub fn visits(&self, frame: &Frame, fade: f64) -> Vec<f64> {
        weights(&self.visits, &frame.visited, fade)
    }

    /// By order: what is left of it; 0 where it is held back.
    pub fn baskets(&self, frame: &Frame, fade: f64) -> Vec<f64> {
        weights(&self.baskets, &frame.bought, fade)
    }
}

fn weights(line: &Line, times: &[i64], fade: f64) -> Vec<f64> {
    let weight = |(at, held): (&i64, &bool)| if *held { 0.0 } else { (-line.age(*at) / fade).exp() };
    times.iter().zip(&line.held).map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_is_held_and_age_is_what_came_since() {
        let line = Line::new(&[50, 10, 30, 20, 40], 0.2);
        assert_eq!(line.held, [true, false, false, false, false]);
        assert_eq!([10, 20, 40, 99].map(|at| line.age(at)), [0.75, 0.5, 0.0, 0.0]);
        let still = Line::new(&[7; 10], 0.2);
        assert_eq!(still.held.iter().filter(|held| **held).count(), 2, "equal times are held by number");
        assert_eq!(still.age(7), 0.0);
        assert!(Line::new(&[], 0.2).held.is_empty());
    }
}
