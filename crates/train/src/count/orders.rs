//! What orders say of pairs of products: what a person buys next, given what they bought; and the rows
//! made of it, by a ridge regression of its own for each product (SLIST's normal equations, Choi et al.,
//! WWW 2021, restricted to the products that say most of it).

use super::fixed::{Lists, Scored, Sums, best, fixed, float};
use super::frame::Frame;
use crate::options::OrderBlend;
use ndarray::{Array1, Array2, s};
use rayon::prelude::*;

/// Farthest later order of a person that counts as following.
const MAX_GAP: usize = 4;
/// Unknowns of one regression: the products whose purchase says most of another's.
const UNKNOWNS: usize = 64;
/// Most pairs of products the regressions may look at; beyond, each pair is weighed alone.
const MAX_PAIRS: usize = 40_000_000;

/// Evidence of orders.
pub(crate) struct OrderPairs<'a> {
    frame: &'a Frame,
    /// By basket: its weight; 0 = it does not count.
    weights: Vec<f64>,
    /// By basket: the weight of what it is a source of.
    sources: Vec<u64>,
    /// By product: the baskets it stands in.
    with: Lists<u32>,
    /// α: what others in the same order say beside those of earlier orders.
    together: f64,
    /// Once asked for.
    equations: Option<Equations>,
}

impl<'a> OrderPairs<'a> {
    /// Of orders with these weights.
    pub fn new(frame: &'a Frame, weights: Vec<f64>, together: f64) -> OrderPairs<'a> {
        let counted = &weights;
        let in_baskets = (0..frame.baskets.len())
            .filter(|&basket| counted[basket as usize] > 0.0)
            .flat_map(|basket| frame.paired(basket).into_owned().into_iter().map(move |p| (p, basket)));
        let with = Lists::group(frame.products, in_baskets);
        let mut pairs = OrderPairs { frame, weights, sources: Vec::new(), with, together, equations: None };
        pairs.sources = (0..frame.baskets.len())
            .into_par_iter()
            .map(|basket| {
                let own = fixed(pairs.together * pairs.weights[basket as usize]);
                own + pairs.later(basket).map(|(_, weight)| weight).sum::<u64>()
            })
            .collect();
        pairs
    }

    /// How many orders with a product count.
    pub fn orders(&self, product: u32) -> usize {
        self.with.get(product).len()
    }

    /// What the same person bought later, with its weight.
    fn later(&self, basket: u32) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = |basket: &u32| self.weights[*basket as usize] > 0.0;
        let later = self.frame.later(basket).filter(counts).take(MAX_GAP).enumerate();
        let active = self.weights[basket as usize] > 0.0;
        later
            .take_while(move |_| active)
            .map(|(gap, later)| (later, fixed((-(gap as f64)).exp() * self.weights[later as usize])))
    }

    /// `C_i·`: what follows a product, the product itself included; what stands beside it, without.
    fn follows(&self, product: u32, sums: &mut Sums) -> Vec<(u32, u64)> {
        for &basket in self.with.get(product) {
            for (later, weight) in self.later(basket) {
                self.frame.paired(later).iter().for_each(|&other| sums.add(other, weight));
            }
            let beside = fixed(self.together * self.weights[basket as usize]);
            if beside > 0 {
                let others = self.frame.paired(basket);
                others.iter().filter(|&&other| other != product).for_each(|&other| sums.add(other, beside));
            }
        }
        sums.drain().map(|(other, sum, _)| (other, sum)).collect()
    }

    /// `G_i·`: with what else a product is a source.
    fn sources(&self, product: u32, sums: &mut Sums) -> Sparse {
        for &basket in self.with.get(product) {
            let weight = self.sources[basket as usize];
            self.frame.paired(basket).iter().for_each(|&other| sums.add(other, weight));
        }
        let mut row: Vec<(u32, u64)> = sums.drain().map(|(other, sum, _)| (other, sum)).collect();
        row.sort_unstable_by_key(|pair| pair.0);
        Sparse {
            keys: row.iter().map(|pair| pair.0).collect(),
            sums: row.iter().map(|pair| pair.1).collect(),
        }
    }

    /// The weight of a product as a source, `G_ii`.
    pub fn seen(&self, product: u32) -> f64 {
        float(self.with.get(product).iter().map(|&basket| self.sources[basket as usize]).sum())
    }

    fn each<T: Send>(&self, of: impl Fn(u32, &mut Sums) -> T + Sync) -> Vec<T> {
        let products = self.frame.products;
        let with = |sums: &mut Sums, product| of(product, sums);
        (0..products as u32).into_par_iter().map_init(|| Sums::new(products), with).collect()
    }

    /// The rows of all products: solved where `blend` asks for it and the pairs are few enough to be held.
    pub fn rows(&mut self, blend: &OrderBlend, most: usize) -> Vec<Vec<Scored>> {
        let bound = |product: u32| {
            let mine = self.with.get(product).iter();
            mine.map(|&basket| self.frame.baskets.get(basket).len()).sum::<usize>().min(self.frame.products)
        };
        let pairs: usize = (0..self.frame.products as u32).map(bound).sum();
        if blend.solve && pairs <= MAX_PAIRS {
            let equations = self.equations.take().unwrap_or_else(|| self.equations());
            let rows = equations.solve(blend.shrink, most);
            self.equations = Some(equations);
            return rows;
        }
        self.each(|product, sums| {
            let total = self.seen(product) + blend.shrink;
            let scored =
                self.follows(product, sums).into_iter().map(|(other, sum)| (other, float(sum) / total));
            best(scored.collect(), most)
        })
    }

    fn equations(&self) -> Equations {
        Equations {
            sources: self.each(|product, sums| self.sources(product, sums)),
            follows: self.each(|product, sums| self.follows(product, sums)),
        }
    }
}

/// A row of sums by rising number; the numbers stand apart, so that looking one up touches little memory.
struct Sparse {
    keys: Vec<u32>,
    sums: Vec<u64>,
}

impl Sparse {
    fn get(&self, key: u32) -> f64 {
        self.keys.binary_search(&key).map_or(0.0, |at| float(self.sums[at]))
    }
}

/// The normal equations, by product.
struct Equations {
    /// `G`.
    sources: Vec<Sparse>,
    /// `C`.
    follows: Vec<Vec<(u32, u64)>>,
}

impl Equations {
    fn solve(&self, shrink: f64, most: usize) -> Vec<Vec<Scored>> {
        let Equations { sources, follows } = self;
        let scale =
            sources.iter().zip(0u32..).map(|(row, product)| (row.get(product) + shrink).sqrt().recip());
        let causes = transposed(follows, &scale.collect::<Vec<f64>>());
        let solved: Vec<Vec<Scored>> =
            causes.into_par_iter().map(|causes| regress(&causes, sources, shrink)).collect();
        let mut rows: Vec<Vec<Scored>> = vec![Vec::new(); follows.len()];
        for (target, weights) in (0u32..).zip(solved) {
            for (source, weight) in weights.into_iter().filter(|(_, weight)| *weight > 0.0) {
                rows[source as usize].push((target, weight));
            }
        }
        rows.into_par_iter().map(|row| best(row, most)).collect()
    }
}

/// By product: its [`UNKNOWNS`] most telling sources with `C_ij`, by rising number.
fn transposed(follows: &[Vec<(u32, u64)>], scale: &[f64]) -> Vec<Vec<Scored>> {
    let all = (0u32..)
        .zip(follows)
        .flat_map(|(source, row)| row.iter().map(move |&(target, sum)| (target, (source, sum))));
    let columns = Lists::group(follows.len(), all);
    (0..follows.len() as u32)
        .into_par_iter()
        .map(|target| {
            let column = columns.get(target);
            let telling = column.iter().map(|&(source, sum)| (source, float(sum) * scale[source as usize]));
            let mut chosen: Vec<u32> =
                best(telling.collect(), UNKNOWNS).into_iter().map(|(source, _)| source).collect();
            chosen.sort_unstable();
            let sum =
                |source| column.binary_search_by_key(&source, |pair| pair.0).map_or(0, |at| column[at].1);
            chosen.into_iter().map(|source| (source, float(sum(source)))).collect()
        })
        .collect()
}

/// Solves `(G + λI) b = c` over the sources of one target, by Cholesky's decomposition.
fn regress(causes: &[Scored], sources: &[Sparse], shrink: f64) -> Vec<Scored> {
    let count = causes.len();
    let mut matrix = Array2::<f64>::zeros((count, count));
    for (row, &(source, _)) in causes.iter().enumerate() {
        for (column, &(other, _)) in causes[..=row].iter().enumerate() {
            matrix[[row, column]] = sources[source as usize].get(other);
        }
        matrix[[row, row]] += shrink;
    }
    let mut solution: Array1<f64> = causes.iter().map(|cause| cause.1).collect();
    cholesky(&mut matrix);
    for row in 0..count {
        let done = matrix.slice(s![row, ..row]).dot(&solution.slice(s![..row]));
        solution[row] = (solution[row] - done) / matrix[[row, row]];
    }
    for row in (0..count).rev() {
        let done = matrix.slice(s![row + 1.., row]).dot(&solution.slice(s![row + 1..]));
        solution[row] = (solution[row] - done) / matrix[[row, row]];
    }
    causes.iter().zip(solution).map(|(&(source, _), weight)| (source, weight)).collect()
}

/// Replaces the lower triangle of a positive definite matrix by its Cholesky factor.
fn cholesky(matrix: &mut Array2<f64>) {
    for row in 0..matrix.nrows() {
        for column in 0..=row {
            let done = matrix.slice(s![row, ..column]).dot(&matrix.slice(s![column, ..column]));
            let rest = matrix[[row, column]] - done;
            // Rounding can bring what is positive by its nature below zero.
            matrix[[row, column]] =
                if row == column { rest.max(1e-9).sqrt() } else { rest / matrix[[column, column]] };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_regression_solves_its_equations(values in proptest::collection::vec(0u64..1000, 36), goals in proptest::collection::vec(0.0..9.0f64, 6)) {
            // XᵀX of any X is a matrix of sources.
            let x = Array2::from_shape_fn((6, 6), |(row, column)| values[row * 6 + column] as f64 / 100.0);
            let gram = x.t().dot(&x);
            let sparse = |row: ndarray::ArrayView1<f64>| Sparse { keys: (0..6).collect(), sums: row.iter().map(|&sum| fixed(sum)).collect() };
            let sources: Vec<Sparse> = gram.rows().into_iter().map(sparse).collect();
            let causes: Vec<Scored> = (0u32..).zip(goals.iter().copied()).collect();
            let solution = regress(&causes, &sources, 2.0);
            for (row, goal) in goals.iter().enumerate() {
                let left: f64 = (0..6).map(|column| gram[[row, column]] * solution[column].1).sum::<f64>() + 2.0 * solution[row].1;
                prop_assert!((left - goal).abs() < 1e-2, "{left} is not {goal}");
            }
        }
    }
}
