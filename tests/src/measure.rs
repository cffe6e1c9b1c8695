//! What a visit costs, as the browser itself and the server saw it.

use crate::browser::Browser;
use crate::error::{Error, Result};
use crate::server::{Served, SiteServer};
use serde::Deserialize;

/// One visit to a page until all its shelves were filled.
#[derive(Debug, Clone)]
pub struct Visit {
    /// From the arrival of `tanish.js` to the first decided cards, in milliseconds.
    pub first_cards: f64,
    /// Main-thread tasks over 50 ms, in milliseconds each.
    pub long_tasks: Vec<f64>,
    /// Cumulative layout shift.
    pub layout_shift: f64,
    /// What the server was asked for.
    pub served: Vec<Served>,
}

impl Visit {
    /// Requests and bytes of the answers whose path `wanted` picks.
    pub fn weight(&self, wanted: impl Fn(&str) -> bool) -> (usize, usize) {
        let picked = self.served.iter().filter(|one| wanted(&one.path));
        picked.fold((0, 0), |(requests, bytes), one| (requests + 1, bytes + one.bytes))
    }
}

/// Whether a path is script or module.
pub fn is_code(path: &str) -> bool {
    path.ends_with(".js") || path.ends_with(".wasm")
}

/// Runs in every page before its own scripts.
const OBSERVE: &str = "
    window.__seen = { cards: null, tasks: [], shift: 0 };
    addEventListener('tanish:decided', () => { __seen.cards ??= performance.now(); });
    new PerformanceObserver(list => {
        for (const task of list.getEntries()) __seen.tasks.push(task.duration);
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) __seen.shift += shift.value;
    }).observe({ type: 'layout-shift', buffered: true });
";

const REPORT: &str = "
    const shelves = [...document.querySelectorAll('tanish-recommendations')];
    if (!shelves.length || shelves.some(shelf => shelf.dataset.state !== 'decided')) return null;
    // Two frames later whatever the cards moved has moved.
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const script = performance.getEntriesByType('resource').find(one => one.name.endsWith('/tanish.js'));
    return { cards: __seen.cards - script.responseEnd, tasks: __seen.tasks, shift: __seen.shift };
";

#[derive(Debug, Deserialize)]
struct Report {
    cards: f64,
    tasks: Vec<f64>,
    shift: f64,
}

impl Browser {
    /// From now on every page is observed.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn observe(&self) -> Result<()> {
        self.run_first(OBSERVE).await
    }

    /// Visits a page of an [observed](Browser::observe) browser and waits for its cards.
    ///
    /// # Errors
    /// When they do not come.
    pub async fn measure(&self, web: &SiteServer, path: &str) -> Result<Visit> {
        web.forget_served();
        self.open(&web.url(path)).await?;
        let report = self.until("every shelf to be filled", REPORT).await?;
        let report: Report =
            serde_json::from_value(report).map_err(|error| Error::Script(error.to_string()))?;
        let served = web.served().into_iter().filter(|one| one.path != "/favicon.ico").collect();
        Ok(Visit { first_cards: report.cards, long_tasks: report.tasks, layout_shift: report.shift, served })
    }
}
