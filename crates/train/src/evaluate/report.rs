//! What an evaluation came to.

use super::baselines::{Baseline, Baselines};
use super::intervals::{Unit, intervals};
use super::{Exam, Protocol};
use crate::measure::{AT, Worth};
use crate::{Summary, Tuning};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// What one way of ranking came to, over all cases, at 20 products.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// Share of cases with a hit.
    #[serde(rename = "hr@20")]
    pub hit_rate: f64,
    /// Mean of 1 / rank of the first hit.
    #[serde(rename = "mrr@20")]
    pub mrr: f64,
    /// Mean share of the case's products that were found.
    #[serde(rename = "recall@20")]
    pub recall: f64,
    /// Mean discounted gain beside the best possible; binary relevance.
    #[serde(rename = "ndcg@20")]
    pub ndcg: f64,
    /// Share of the training file's products that were recommended at all.
    #[serde(rename = "coverage@20")]
    pub coverage: f64,
    /// Mean of −log₂ of the share of training sessions with a recommended product: bits of surprise.
    #[serde(rename = "novelty@20")]
    pub novelty: f64,
    /// How much more popular the recommended are than the products wanted; 1 = no bias.
    #[serde(rename = "popularity-bias@20")]
    pub popularity_bias: f64,
    /// How many cases.
    pub cases: u64,
}

/// What an evaluation came to: printable, and serialisable for machines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Ours.
    #[serde(flatten)]
    pub measures: Measures,
    /// Simple rules on the same cases, by name.
    pub baselines: BTreeMap<&'static str, Measures>,
    /// 95 % intervals of ours, by the bootstrap over sessions.
    pub intervals: BTreeMap<&'static str, [f64; 2]>,
    /// What was predicted.
    pub protocol: &'static str,
    /// Whether what is known may be recommended.
    pub repeat: &'static str,
    /// Test sessions with cases.
    pub sessions: u64,
    /// What the training chose.
    pub tuning: Option<Tuning>,
    /// Model and catalogue files of the training.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Adds up the lists of one way of ranking.
#[derive(Clone)]
pub(super) struct Tally {
    units: Vec<(u32, Unit)>,
    recommended: Vec<u32>,
    wanted: Vec<u32>,
}

impl Tally {
    pub fn new(products: usize) -> Tally {
        Tally { units: Vec::new(), recommended: vec![0; products], wanted: vec![0; products] }
    }

    /// A case of a unit; those of one unit come one after the other.
    pub fn add(&mut self, unit: u32, list: &[u32], worth: Worth, targets: &[u32]) {
        if self.units.last().is_none_or(|last| last.0 != unit) {
            self.units.push((unit, ([0.0; 4], 0)));
        }
        if let Some((_, (sums, cases))) = self.units.last_mut() {
            sums.iter_mut().zip(worth.all()).for_each(|(sum, part)| *sum += part);
            *cases += 1;
        }
        list.iter().for_each(|&product| self.recommended[product as usize] += 1);
        targets.iter().for_each(|&product| self.wanted[product as usize] += 1);
    }

    fn measures(&self, known: &Baselines) -> Measures {
        let cases: u64 = self.units.iter().map(|(_, (_, cases))| u64::from(*cases)).sum();
        let mean = |at: usize| self.units.iter().map(|(_, (sums, _))| sums[at]).sum::<f64>() / cases as f64;
        let sessions = f64::from(known.sessions) + 1.0;
        let share = |product: usize| (f64::from(known.spread[product]) + 1.0) / sessions;
        let over = |counts: &[u32], of: &dyn Fn(usize) -> f64| {
            let sum: f64 = (0..).zip(counts).map(|(product, &count)| f64::from(count) * of(product)).sum();
            sum / counts.iter().map(|&count| f64::from(count)).sum::<f64>().max(1.0)
        };
        let shown = self.recommended.iter().filter(|count| **count > 0).count();
        Measures {
            hit_rate: mean(0),
            mrr: mean(1),
            recall: mean(2),
            ndcg: mean(3),
            coverage: shown as f64 / known.trained.max(1) as f64,
            novelty: over(&self.recommended, &|product| -share(product).log2()),
            popularity_bias: over(&self.recommended, &share) / over(&self.wanted, &share),
            cases,
        }
    }
}

impl Evaluation {
    pub(super) fn new(exam: &Exam, tallies: &[Tally], known: &Baselines, summary: Summary) -> Evaluation {
        let units: Vec<Unit> = tallies[0].units.iter().map(|(_, unit)| *unit).collect();
        let names = ["hr@20", "mrr@20", "recall@20", "ndcg@20"];
        let rules = Baseline::ALL.iter().zip(&tallies[1..]);
        Evaluation {
            measures: tallies[0].measures(known),
            baselines: rules.map(|(rule, tally)| (rule.name(), tally.measures(known))).collect(),
            intervals: names.into_iter().zip(intervals(&units)).collect(),
            protocol: exam.protocol.name(),
            repeat: exam.repeat.name(),
            sessions: units.len() as u64,
            tuning: summary.tuning,
            files: summary.files,
            bytes: summary.bytes,
        }
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.protocol {
            name if name == Protocol::Basket.name() => "baskets",
            _ => "sessions",
        };
        writeln!(
            f,
            "{}, repeats: {}; {} cases of {} {what}; {} files, {} bytes",
            self.protocol, self.repeat, self.measures.cases, self.sessions, self.files, self.bytes
        )?;
        writeln!(
            f,
            "{:<20} {:>8} {:>8} {:>8} {:>8} {:>9} {:>8} {:>10}",
            format!("at {AT} products"),
            "HR",
            "MRR",
            "recall",
            "NDCG",
            "coverage",
            "novelty",
            "popularity"
        )?;
        let rows = std::iter::once((&"tanish", &self.measures)).chain(&self.baselines);
        for (name, m) in rows {
            writeln!(
                f,
                "{name:<20} {:>8.4} {:>8.4} {:>8.4} {:>8.4} {:>9.4} {:>8.2} {:>10.2}",
                m.hit_rate, m.mrr, m.recall, m.ndcg, m.coverage, m.novelty, m.popularity_bias
            )?;
        }
        let told = self.intervals.iter().map(|(name, [low, high])| format!("{name} {low:.4}–{high:.4}"));
        writeln!(f, "95 % of tanish: {}", told.collect::<Vec<_>>().join(", "))?;
        self.tuning.iter().try_for_each(|tuning| write!(f, "chosen by the training data\n{tuning}"))
    }
}
