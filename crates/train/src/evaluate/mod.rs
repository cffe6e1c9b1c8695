//! How good a model is: trained on one file, asked about another, beside simple rules on the same cases.
//!
//! A real site folder is trained and ranked through the page's own files and code, after all truncation
//! and rounding; so what is measured is what a visitor sees.

mod baselines;
mod cases;
mod deeds;
mod intervals;
mod report;
mod site;

pub use report::{Evaluation, Measures};

use crate::measure::Worth;
use crate::{Layout, Options, Phase, Progress, TrainError, train};
use baselines::{Baseline, Baselines};
use cases::Cases;
use deeds::Deeds;
use rayon::prelude::*;
use report::Tally;
use site::Site;
use std::path::PathBuf;
use std::str::FromStr;

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// Every prefix of a test session predicts the session's next product.
    #[default]
    NextItem,
    /// Each test session is a basket, predicted whole from the visitor's baskets in the training file.
    Basket,
}

/// Whether what is known already may be recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeat {
    /// It may.
    #[default]
    Keep,
    /// Not the product just viewed (next item), not what the visitor ever bought (basket). A case whose target
    /// that is stays a case, and is a miss.
    Exclude,
}

impl Protocol {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::NextItem => "next-item",
            Protocol::Basket => "basket",
        }
    }
}

impl Repeat {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Repeat::Keep => "keep",
            Repeat::Exclude => "exclude",
        }
    }
}

impl FromStr for Protocol {
    type Err = String;

    fn from_str(text: &str) -> Result<Protocol, String> {
        let all = [Protocol::NextItem, Protocol::Basket];
        all.into_iter().find(|protocol| protocol.name() == text).ok_or("give next-item or basket".into())
    }
}

impl FromStr for Repeat {
    type Err = String;

    fn from_str(text: &str) -> Result<Repeat, String> {
        [Repeat::Keep, Repeat::Exclude]
            .into_iter()
            .find(|repeat| repeat.name() == text)
            .ok_or("give keep or exclude".into())
    }
}

/// What to evaluate.
#[derive(Debug, Clone)]
pub struct Exam {
    /// Files to train on.
    pub train: Vec<PathBuf>,
    /// Files to predict.
    pub test: Vec<PathBuf>,
    /// What is predicted.
    pub protocol: Protocol,
    /// Whether what is known already may be recommended.
    pub repeat: Repeat,
    /// How files are read and counted; its own files and folder are not used.
    pub options: Options,
}

/// Trains on `exam.train` in a folder of its own that is gone afterwards, and predicts `exam.test`.
///
/// # Errors
/// What stops a training, for either file; a test file without a single case.
pub fn evaluate(exam: &Exam, progress: &mut dyn Progress) -> Result<Evaluation, TrainError> {
    let folder = tempfile::tempdir()
        .map_err(|source| TrainError::Write { path: std::env::temp_dir().display().to_string(), source })?;
    let options = options(exam, folder.path().join("site"));
    let summary = train(&options, progress)?;
    progress.begin(Phase::Evaluate, None);
    let mut deeds = Deeds::default();
    deeds.read(&exam.train, &options, exam.protocol)?;
    let trained = deeds.end_part();
    deeds.read(&exam.test, &options, exam.protocol)?;
    let tested = deeds.end_part();
    let cases = Cases::new(&deeds, trained.clone(), tested, exam.protocol);
    if cases.is_empty() {
        return Err(TrainError::NothingLeft { reason: deeds.blame(exam.protocol) });
    }
    progress.begin(Phase::Evaluate, Some(cases.len() as u64));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let pool = pool.map_err(|error| TrainError::Option { option: "threads", reason: error.to_string() })?;
    let site = Site::open(&options.out, &deeds)?;
    let baselines = pool.install(|| Baselines::new(&deeds, trained));
    let tallies = crate::in_pool(&pool, |step| all(&cases, &site, &baselines, exam.repeat, step), progress)?;
    Ok(Evaluation::new(exam, &tallies, &baselines, summary))
}

fn options(exam: &Exam, out: PathBuf) -> Options {
    let purchases = exam.protocol == Protocol::Basket;
    let mut options = Options {
        out,
        rows_are_purchases: purchases,
        widget: None,
        layout: Layout::Files,
        ..exam.options.clone()
    };
    // A preset names an export of orders; what has none is sessions.
    (options.orders, options.events) = match options.preset {
        Some(_) => (exam.train.clone(), Vec::new()),
        None => (Vec::new(), exam.train.clone()),
    };
    options
}

/// Cases between two words about progress.
const STEP: usize = 8192;
/// Cases one thread takes at a time.
const CHUNK: usize = 512;

/// The tallies of ours and of each baseline, in the order of [`Baseline::ALL`].
fn all(
    cases: &Cases<'_>,
    site: &Site,
    baselines: &Baselines,
    repeat: Repeat,
    step: &mut dyn FnMut(u64),
) -> Result<Vec<Tally>, TrainError> {
    let mut tallies = vec![Tally::new(baselines.products()); 1 + Baseline::ALL.len()];
    let mut done = 0;
    for range in (0..cases.len()).step_by(STEP).map(|from| from..cases.len().min(from + STEP)) {
        let numbers: Vec<usize> = range.collect();
        let chunks = numbers.par_chunks(CHUNK).map(|numbers| {
            let (mut page, mut desk) = (site.page(), baselines.desk());
            let ranked = numbers.iter().map(|&number| {
                let case = cases.get(number, repeat);
                let mut lists = vec![page.rank(&case)?];
                lists
                    .extend(Baseline::ALL.iter().map(|&baseline| baselines.rank(baseline, &case, &mut desk)));
                let worth = |list: &Vec<u32>| case.worth(list);
                let worths: Vec<Worth> = lists.iter().map(worth).collect();
                Ok((case.unit, lists.into_iter().zip(worths).collect(), case.targets))
            });
            ranked.collect::<Result<Vec<Ranked>, TrainError>>()
        });
        let chunks: Vec<Result<Vec<Ranked>, TrainError>> = chunks.collect();
        for chunk in chunks {
            for (unit, lists, targets) in chunk? {
                for (tally, (list, worth)) in tallies.iter_mut().zip(lists) {
                    tally.add(unit, &list, worth, &targets);
                }
            }
        }
        done += numbers.len();
        step(done as u64);
    }
    Ok(tallies)
}

/// A case's unit, each list with its worth, and the targets.
type Ranked = (u32, Vec<(Vec<u32>, Worth)>, Vec<u32>);
