//! Sums that are the same in every order of their parts, to the last digit.

use std::ops::AddAssign;

/// Units of one piece of money: ten-thousandths, finer than any coin.
const UNIT: f64 = 10_000.0;

/// An amount of money in fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Money(pub i64);

impl Money {
    /// Rounded to a ten-thousandth; amounts are bounded by 1e12 where they are read.
    pub fn of(amount: f64) -> Money {
        Money((amount * UNIT).round() as i64)
    }

    /// In the shop's currency.
    pub fn value(self) -> f64 {
        self.0 as f64 / UNIT
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl std::ops::Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Money>>(parts: I) -> Money {
        let mut sum = Money(0);
        parts.for_each(|part| sum += part);
        sum
    }
}

/// Σx, Σy, Σx², Σy², Σxy over units, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pairs {
    x: i128,
    y: i128,
    xx: i128,
    yy: i128,
    xy: i128,
}

impl Pairs {
    /// Adds a unit.
    pub fn add(&mut self, x: i64, y: i64) {
        let (x, y) = (i128::from(x), i128::from(y));
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    /// Adds the units of another part.
    pub fn merge(&mut self, other: &Pairs) {
        self.x += other.x;
        self.y += other.y;
        self.xx += other.xx;
        self.yy += other.yy;
        self.xy += other.xy;
    }

    /// The five sums where x is counted in `unit_x` to one and y in `unit_y`.
    pub fn values(&self, unit_x: f64, unit_y: f64) -> PairSums {
        PairSums {
            x: self.x as f64 / unit_x,
            y: self.y as f64 / unit_y,
            xx: self.xx as f64 / (unit_x * unit_x),
            yy: self.yy as f64 / (unit_y * unit_y),
            xy: self.xy as f64 / (unit_x * unit_y),
        }
    }
}

/// [`Pairs`] as numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PairSums {
    pub x: f64,
    pub y: f64,
    pub xx: f64,
    pub yy: f64,
    pub xy: f64,
}

/// Units of money to one, for [`Pairs::values`].
pub(crate) const MONEY: f64 = UNIT;
/// Of whole numbers.
pub(crate) const WHOLE: f64 = 1.0;
