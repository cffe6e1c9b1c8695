//! The numbers an operator watches, as Prometheus reads them.

use crate::queue::Depth;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Grows by `n`.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// The present value.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of the buckets, in milliseconds.
const BOUNDS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];

/// How long something took, in buckets.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [Counter; BOUNDS.len() + 1],
    micros: Counter,
}

impl Histogram {
    /// Counts one.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| micros <= bound * 1000).unwrap_or(BOUNDS.len());
        self.buckets[bucket].add(1);
        self.micros.add(micros);
    }

    fn write(&self, out: &mut String, name: &str) -> std::fmt::Result {
        let mut count = 0;
        for (bucket, counter) in self.buckets.iter().enumerate() {
            count += counter.get();
            match BOUNDS.get(bucket) {
                Some(bound) => {
                    writeln!(
                        out,
                        "{name}_bucket{{le=\"{}\"}} {count}",
                        Duration::from_millis(*bound).as_secs_f64()
                    )?;
                }
                None => writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}")?,
            }
        }
        let sum = Duration::from_micros(self.micros.get()).as_secs_f64();
        writeln!(out, "{name}_sum {sum}\n{name}_count {count}")
    }
}

/// What happened at one destination since the relay started.
#[derive(Debug)]
pub struct DestinationMetrics {
    name: String,
    /// Events taken by the destination.
    pub delivered: Counter,
    /// Tries that failed and will be repeated, in events.
    pub retried: Counter,
    /// Events given up.
    pub dead: Counter,
    /// Events that have no business there, by preset, filter or consent.
    pub skipped: Counter,
}

/// What happened since the relay started.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Events stored.
    pub accepted: Counter,
    /// Events that were here before.
    pub duplicates: Counter,
    /// Events with a fault, and requests refused as a whole.
    pub rejected: Counter,
    /// Requests of clients that asked too much.
    pub throttled: Counter,
    /// Time of commits.
    pub commit: Histogram,
    /// Failed writes of the event log.
    pub log_failures: Counter,
    /// One for each configured destination, in that order.
    pub destinations: Vec<DestinationMetrics>,
}

impl Metrics {
    /// All zero, for these destinations.
    pub fn new<'a>(destinations: impl IntoIterator<Item = &'a str>) -> Metrics {
        let destinations = destinations.into_iter().map(|name| DestinationMetrics {
            name: name.to_owned(),
            delivered: Counter::default(),
            retried: Counter::default(),
            dead: Counter::default(),
            skipped: Counter::default(),
        });
        Metrics { destinations: destinations.collect(), ..Metrics::default() }
    }

    /// The text Prometheus scrapes. Destination names need no escaping: see the configuration.
    pub fn render(&self, depths: &[Depth]) -> String {
        let mut out = String::with_capacity(4096);
        // Writing to a string cannot fail.
        let _ = self.write(&mut out, depths);
        out
    }

    fn write(&self, out: &mut String, depths: &[Depth]) -> std::fmt::Result {
        for (name, help, counter) in [
            ("tanish_relay_events_accepted_total", "Events stored.", &self.accepted),
            (
                "tanish_relay_events_duplicate_total",
                "Events received again, and not stored.",
                &self.duplicates,
            ),
            ("tanish_relay_events_rejected_total", "Events and requests refused.", &self.rejected),
            ("tanish_relay_throttled_total", "Requests of clients that asked too much.", &self.throttled),
            ("tanish_relay_log_failures_total", "Failed writes of the event log.", &self.log_failures),
        ] {
            head(out, name, "counter", help)?;
            writeln!(out, "{name} {}", counter.get())?;
        }
        type Pick = fn(&DestinationMetrics) -> &Counter;
        let picks: [(&str, &str, Pick); 4] = [
            ("tanish_relay_delivered_total", "Events taken by the destination.", |one| &one.delivered),
            ("tanish_relay_retried_total", "Failed tries that are repeated, in events.", |one| &one.retried),
            ("tanish_relay_dead_total", "Events given up.", |one| &one.dead),
            ("tanish_relay_skipped_total", "Events not meant for the destination.", |one| &one.skipped),
        ];
        for (name, help, pick) in picks {
            head(out, name, "counter", help)?;
            for one in &self.destinations {
                writeln!(out, "{name}{{destination=\"{}\"}} {}", one.name, pick(one).get())?;
            }
        }
        type Gauge = fn(&Depth) -> u64;
        let gauges: [(&str, &str, Gauge); 2] = [
            ("tanish_relay_queue_depth", "Events not yet delivered.", |depth| depth.pending),
            ("tanish_relay_dead_letters", "Dead letters kept.", |depth| depth.dead),
        ];
        for (name, help, gauge) in gauges {
            head(out, name, "gauge", help)?;
            for depth in depths {
                writeln!(out, "{name}{{destination=\"{}\"}} {}", depth.destination, gauge(depth))?;
            }
        }
        let name = "tanish_relay_commit_seconds";
        head(out, name, "histogram", "Time from group to disk.")?;
        self.commit.write(out, name)
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cumulative_and_labelled() {
        let metrics = Metrics::new(["crm"]);
        metrics.commit.observe(Duration::from_micros(900));
        metrics.commit.observe(Duration::from_millis(7));
        metrics.commit.observe(Duration::from_secs(9));
        metrics.destinations[0].delivered.add(4);
        let text = metrics.render(&[Depth { destination: "crm".into(), pending: 3, dead: 1 }]);
        for line in [
            "tanish_relay_commit_seconds_bucket{le=\"0.001\"} 1",
            "tanish_relay_commit_seconds_bucket{le=\"0.01\"} 2",
            "tanish_relay_commit_seconds_bucket{le=\"1\"} 2",
            "tanish_relay_commit_seconds_bucket{le=\"+Inf\"} 3",
            "tanish_relay_commit_seconds_count 3",
            "tanish_relay_delivered_total{destination=\"crm\"} 4",
            "tanish_relay_queue_depth{destination=\"crm\"} 3",
            "tanish_relay_dead_letters{destination=\"crm\"} 1",
            "# TYPE tanish_relay_queue_depth gauge",
        ] {
            assert!(text.lines().any(|have| have == line), "{line} in\n{text}");
        }
    }
}
