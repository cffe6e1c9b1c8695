//! From orders and a catalogue to the model files a page reads.
//!
//! Data flows through the rooms in this order:
//!
//! - [`input`]: files → checked rows, with a report of what was refused and why
//! - `history`: everything read, with numbers for names, independent of the order it was read in
//! - `tune`: settings by how well they predict the last part of the data
//! - `count`: what goes with what
//! - `evaluate`: how well all of it predicts another file
//! - `renew`: cards anew while the model stays
//! - `build`: numbers for products, files, and the site folder they are published in
//!
//! ```no_run
//! let mut options = tanish_train::Options::new("site");
//! options.orders = vec!["orders.csv".into()];
//! let summary = tanish_train::train(&options, &mut ())?;
//! println!("{summary}");
//! # Ok::<(), tanish_train::TrainError>(())
//! ```

mod build;
mod count;
mod credible;
mod error;
mod evaluate;
mod history;
pub mod input;
mod measure;
mod options;
mod progress;
mod renew;
mod rules;
pub mod score;
pub mod site;
mod summary;
mod tune;

pub use error::TrainError;
pub use evaluate::{Evaluation, Exam, Measures, Protocol, Repeat, evaluate};
pub use options::{Counting, Layout, Options, OrderBlend, Trend, VisitBlend};
pub use progress::{Phase, Progress};
pub use renew::replace_cards;
pub use summary::{PhaseSeconds, Summary};
pub use tune::{Expected, Tuning};

/// Reads, counts, builds and publishes. With a catalogue and neither orders nor events the model stays:
/// only cards are renewed.
///
/// # Errors
/// Options that make no sense, files that cannot be read at all, tables without a needed column, nothing
/// left after bad rows are set aside, files that cannot be written. The site folder then stands as it was.
pub fn train(options: &Options, progress: &mut dyn Progress) -> Result<Summary, TrainError> {
    options.check()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let pool = pool.map_err(|error| TrainError::Option { option: "threads", reason: error.to_string() })?;
    if options.orders.is_empty() && options.events.is_empty() {
        return renew::renew(options, progress);
    }
    let mut clock = Laps::new(progress);
    let mut inputs = input::read(options, progress)?;
    rules::place_margins(&mut inputs.catalog, &options.out)?;
    clock.lap(Phase::Read, progress);
    let frame = count::frame::Frame::new(inputs.history, &inputs.catalog);
    let mut counting = options.counting;
    let mut tuning = None;
    if counting.tune {
        progress.begin(Phase::Tune, None);
        let (chosen, told) = in_pool(&pool, |step| tune::tune(&frame, &counting, step), progress);
        (counting, tuning) = (chosen, Some(told));
        clock.lap(Phase::Tune, progress);
    }
    progress.begin(Phase::Count, None);
    let counts = pool.install(|| count::count(&frame, &inputs.catalog, &counting));
    drop(frame);
    clock.lap(Phase::Count, progress);
    progress.begin(Phase::Build, None);
    let site = pool.install(|| build::build(&counts, &inputs.catalog, options.layout))?;
    clock.lap(Phase::Build, progress);
    let mut published = build::publish(&site, &build::Publishing::begin(options)?, progress)?;
    let model = site.model.as_ref();
    published.notes.extend(model.iter().flat_map(|model| model.notes.iter().cloned()));
    clock.lap(Phase::Write, progress);
    Ok(Summary {
        orders_read: inputs.orders,
        events_read: inputs.events,
        catalog_read: inputs.products,
        products: inputs.catalog.products.len() as u64,
        customers: counts.customers,
        orders: counts.orders,
        visits: counts.visits,
        not_in_catalog: counts.strangers,
        tuning,
        rows: model.map_or(0, |model| model.rows),
        neighbours: model.map_or(0, |model| model.neighbours),
        files: published.files,
        bytes: published.bytes,
        widget: published.widget,
        notes: published.notes,
        seconds: clock.seconds,
    })
}

/// Works in a pool; what it tells of its steps is passed on from this thread, for a [`Progress`] need not be
/// able to cross threads.
fn in_pool<T: Send>(
    pool: &rayon::ThreadPool,
    work: impl FnOnce(&mut dyn FnMut(u64)) -> T + Send,
    progress: &mut dyn Progress,
) -> T {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let worker =
            scope.spawn(move || pool.install(move || work(&mut |step| tell.send(step).unwrap_or_default())));
        told.iter().for_each(|step| progress.at(step));
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Seconds by phase, from the caller's clock.
struct Laps {
    last: std::time::Duration,
    seconds: Vec<PhaseSeconds>,
}

impl Laps {
    fn new(progress: &dyn Progress) -> Laps {
        Laps { last: progress.elapsed(), seconds: Vec::new() }
    }

    /// A clock that stands still gives no seconds.
    fn lap(&mut self, phase: Phase, progress: &dyn Progress) {
        let now = progress.elapsed();
        if now > self.last {
            let seconds = (now - self.last).as_secs_f64();
            self.seconds.push(PhaseSeconds { phase: phase.name(), seconds });
        }
        self.last = now;
    }
}
