//! Intervals of confidence by the bootstrap over sessions: the cases of one session are no independent
//! evidence, so sessions are what is drawn.

use tanish::random::Random;

/// How often sessions are drawn anew.
const DRAWS: usize = 1000;
/// Work beyond which fewer draws are made, in sessions drawn.
const MAX_WORK: usize = 200_000_000;

/// The sums of one session, and its number of cases.
pub(super) type Unit = ([f64; 4], u32);

/// The middle 95 % of each measure's mean when sessions are drawn with replacement; always the same.
pub(super) fn intervals(units: &[Unit]) -> [[f64; 2]; 4] {
    let draws = DRAWS.min(MAX_WORK / units.len().max(1)).max(40);
    let mut random = Random::new([20, 1993, 7, units.len() as u64]);
    let mut means = [const { Vec::new() }; 4];
    for _ in 0..draws {
        let mut sums = [0.0; 4];
        let mut cases = 0.0;
        for _ in 0..units.len() {
            let drawn = ((u128::from(random.bits()) * units.len() as u128) >> 64) as usize;
            let (unit, count) = &units[drawn];
            sums.iter_mut().zip(unit).for_each(|(sum, part)| *sum += part);
            cases += f64::from(*count);
        }
        means.iter_mut().zip(sums).for_each(|(means, sum)| means.push(sum / cases));
    }
    means.map(|mut means| {
        means.sort_by(f64::total_cmp);
        let at = |share: f64| means[((draws - 1) as f64 * share).round() as usize];
        [at(0.025), at(0.975)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_hold_the_mean_and_are_as_wide_as_theory_says() {
        let units: Vec<Unit> = (0..400).map(|n| ([f64::from(n % 2), 1.0, 0.0, 0.5], 1)).collect();
        let [coin, one, zero, half] = intervals(&units);
        assert_eq!((one, zero, half), ([1.0; 2], [0.0; 2], [0.5; 2]));
        // Half ± 1.96 · sqrt(0.25 / 400).
        assert!((coin[0] - 0.451).abs() < 0.01 && (coin[1] - 0.549).abs() < 0.01, "{coin:?}");
    }
}
