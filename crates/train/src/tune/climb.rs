//! Climbing: one setting after the other, up or down its scale as long as it helps.

/// One setting and the values it may take, in order.
pub(super) struct Knob<T> {
    /// The values, rising.
    pub values: &'static [f64],
    /// Reads it.
    pub get: fn(&T) -> f64,
    /// Sets it.
    pub set: fn(&mut T, f64),
}

/// Gains smaller than this are chance.
const LEAST_GAIN: f64 = 1e-5;

/// Climbs from `start`; the best found, with its score.
pub(super) fn climb<T: Clone>(
    start: T,
    knobs: &[Knob<T>],
    rounds: usize,
    score: &mut dyn FnMut(&T) -> f64,
) -> (T, f64) {
    let mut best = (score(&start), start);
    for _ in 0..rounds {
        let before = best.0;
        for knob in knobs {
            let now = (knob.get)(&best.1);
            let at = knob.values.partition_point(|value| *value < now);
            let up = at + usize::from(knob.values.get(at) == Some(&now));
            let rising = knob.values[up..].iter();
            let falling = knob.values[..at].iter().rev();
            if !go(rising, knob, &mut best, score) {
                go(falling, knob, &mut best, score);
            }
        }
        if best.0 - before < LEAST_GAIN {
            break;
        }
    }
    (best.1, best.0)
}

/// Takes values as long as they help; whether the first did.
fn go<'a, T: Clone>(
    values: impl Iterator<Item = &'a f64>,
    knob: &Knob<T>,
    best: &mut (f64, T),
    score: &mut dyn FnMut(&T) -> f64,
) -> bool {
    let mut helped = false;
    for &value in values {
        let mut trial = best.1.clone();
        (knob.set)(&mut trial, value);
        let reached = score(&trial);
        if reached < best.0 + LEAST_GAIN {
            break;
        }
        *best = (reached, trial);
        helped = true;
    }
    helped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_top_of_a_hill() {
        let knobs: [Knob<[f64; 2]>; 2] = [
            Knob { values: &[0.0, 1.0, 2.0, 3.0, 4.0], get: |at| at[0], set: |at, to| at[0] = to },
            Knob { values: &[0.0, 0.5, 1.0], get: |at| at[1], set: |at, to| at[1] = to },
        ];
        let mut tried = 0;
        let (top, height) = climb([0.7, 0.7], &knobs, 3, &mut |at| {
            tried += 1;
            10.0 - (at[0] - 3.0).powi(2) - (at[1] - 0.0).powi(2)
        });
        assert_eq!((top, height), ([3.0, 0.0], 10.0));
        assert!(tried < 20);
    }
}
