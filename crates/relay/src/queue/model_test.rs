//! The queue against a simple model: random pushes, leases, settlements, crashes and clock steps.

use super::{
    DeadLetter, DestinationId, Durability, Failure, Journal, Leased, NewEvent, Pushed, Queue, Receipt,
    SqliteQueue, replay,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tanish::time::Millis;

const NAMES: [&str; 2] = ["crm", "mail"];

#[derive(Debug, Clone)]
enum Step {
    /// Events as (id, visitor): ids repeat, so some are duplicates.
    Push(Vec<(u8, u8)>),
    Lease {
        destination: usize,
        n: usize,
        ttl: Millis,
    },
    /// Settles some of what was ever leased, stale receipts among it.
    Ack(Vec<prop::sample::Index>),
    Nack(Vec<prop::sample::Index>, Millis),
    Release(Vec<prop::sample::Index>, Millis),
    Dead(Vec<prop::sample::Index>),
    Replay,
    Tick(Millis),
    /// The event log catches up.
    Log,
    /// The process dies and comes back.
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let some = || prop::collection::vec(any::<prop::sample::Index>(), 1..4);
    prop_oneof![
        4 => prop::collection::vec((0..60u8, 0..5u8), 1..6).prop_map(Step::Push),
        6 => (0..NAMES.len(), 0..6usize, 1..50u64)
            .prop_map(|(destination, n, ttl)| Step::Lease { destination, n, ttl }),
        4 => some().prop_map(Step::Ack),
        2 => (some(), 0..40u64).prop_map(|(which, wait)| Step::Nack(which, wait)),
        1 => (some(), 0..40u64).prop_map(|(which, wait)| Step::Release(which, wait)),
        1 => some().prop_map(Step::Dead),
        1 => Just(Step::Replay),
        3 => (0..60u64).prop_map(Step::Tick),
        1 => Just(Step::Log),
        1 => Just(Step::Crash),
    ]
}

/// A lane in the model: the pending events of a visitor, and who may take them.
#[derive(Debug, Clone, Default)]
struct Lane {
    /// (seq, tries, since), in order.
    events: BTreeMap<i64, (u32, Millis)>,
    due: Millis,
    /// As its receipts name it, once there were any.
    id: Option<i64>,
    /// The lease under way: its token, and its receipts not yet settled.
    leased: Option<(i64, BTreeSet<Receipt>)>,
}

#[derive(Debug, Default)]
struct Model {
    /// seq -> (id, visitor).
    events: BTreeMap<i64, (u8, u8)>,
    lanes: BTreeMap<(DestinationId, u8), Lane>,
    delivered: BTreeSet<(DestinationId, i64)>,
    dead: BTreeSet<(DestinationId, i64)>,
    /// The last event in the log.
    logged: i64,
}

impl Model {
    fn push(
        &mut self,
        events: &[(u8, u8)],
        seq_of: impl Fn(u8) -> i64,
        routes: &[DestinationId],
        now: Millis,
    ) -> Vec<Pushed> {
        let mut answers = Vec::new();
        for (id, visitor) in events {
            if self.events.values().any(|(known, _)| known == id) {
                answers.push(Pushed::Duplicate);
                continue;
            }
            let seq = seq_of(*id);
            assert!(self.events.keys().all(|before| *before < seq), "in order of arrival");
            self.events.insert(seq, (*id, *visitor));
            for route in routes {
                self.enqueue(*route, seq, now);
            }
            answers.push(Pushed::Accepted);
        }
        answers
    }

    fn enqueue(&mut self, destination: DestinationId, seq: i64, now: Millis) {
        let visitor = self.events[&seq].1;
        let lane =
            self.lanes.entry((destination, visitor)).or_insert_with(|| Lane { due: now, ..Lane::default() });
        lane.events.insert(seq, (0, now));
    }

    /// Checks a lease against what may be handed out, and notes it.
    fn leased(&mut self, destination: DestinationId, n: usize, ttl: Millis, now: Millis, got: &[Leased]) {
        let free: usize = self
            .lanes
            .iter()
            .filter(|((to, _), lane)| *to == destination && lane.due <= now)
            .map(|(_, lane)| lane.events.len())
            .sum();
        assert_eq!(got.len(), n.min(free), "as much as there is");
        let mut by_visitor: BTreeMap<u8, Vec<&Leased>> = BTreeMap::new();
        for event in got {
            let (id, visitor) = self.events[&event.receipt.seq];
            assert_eq!(
                (event.message_id.as_str(), event.visitor.as_str()),
                (id.to_string().as_str(), visitor.to_string().as_str())
            );
            by_visitor.entry(visitor).or_default().push(event);
        }
        for (visitor, events) in by_visitor {
            let lane = self.lanes.get_mut(&(destination, visitor)).unwrap();
            assert!(lane.due <= now, "nobody takes from a closed lane");
            let head: Vec<(i64, u32, Millis)> = lane
                .events
                .iter()
                .take(events.len())
                .map(|(seq, (tries, since))| (*seq, *tries, *since))
                .collect();
            let handed: Vec<(i64, u32, Millis)> =
                events.iter().map(|event| (event.receipt.seq, event.attempts, event.since)).collect();
            assert_eq!(handed, head, "the first of the visitor's events, in order");
            lane.due = now + ttl;
            lane.id = Some(events[0].receipt.lane);
            let receipts: BTreeSet<Receipt> = events.iter().map(|event| event.receipt).collect();
            lane.leased = Some((events[0].receipt.token, receipts));
        }
    }

    fn lane_of(&mut self, receipt: &Receipt) -> Option<&mut Lane> {
        let visitor = self.events[&receipt.seq].1;
        self.lanes.get_mut(&(receipt.destination, visitor))
    }

    /// Whether the receipt's lease stands and has not been settled for its event.
    fn holds(&mut self, receipt: &Receipt) -> bool {
        self.lane_of(receipt)
            .is_some_and(|lane| lane.leased.as_ref().is_some_and(|(_, all)| all.contains(receipt)))
    }

    fn remove(&mut self, receipt: &Receipt) {
        if let Some(lane) = self.lane_of(receipt) {
            lane.events.remove(&receipt.seq);
            if let Some((_, leased)) = &mut lane.leased {
                leased.retain(|one| one.seq != receipt.seq);
            }
        }
    }

    /// Closes empty lanes; opens those whose leased events are all settled, by a receipt of that lease.
    fn advance(&mut self, receipts: &[Receipt], now: Millis) {
        self.lanes.retain(|_, lane| !lane.events.is_empty());
        for receipt in receipts {
            if let Some(lane) = self.lane_of(receipt)
                && let Some((token, leased)) = &lane.leased
                && lane.id == Some(receipt.lane)
                && *token == receipt.token
                && leased.is_empty()
            {
                (lane.due, lane.leased) = (now, None);
            }
        }
    }

    fn give_back(&mut self, receipts: &[Receipt], until: Millis, tries: u32) {
        let held: Vec<Receipt> = receipts.iter().filter(|receipt| self.holds(receipt)).copied().collect();
        for receipt in &held {
            let lane = self.lane_of(receipt).unwrap();
            lane.events.get_mut(&receipt.seq).unwrap().0 += tries;
        }
        for receipt in &held {
            let lane = self.lane_of(receipt).unwrap();
            (lane.due, lane.leased) = (until, None);
        }
    }
}

struct Run {
    _folder: tempfile::TempDir,
    path: PathBuf,
    queue: Option<SqliteQueue>,
    routes: Vec<DestinationId>,
    model: Model,
    receipts: Vec<Receipt>,
    now: Millis,
}

impl Run {
    fn new() -> Run {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("queue.sqlite");
        let mut run = Run {
            _folder: folder,
            path,
            queue: None,
            routes: Vec::new(),
            model: Model::default(),
            receipts: Vec::new(),
            now: 1_000,
        };
        run.open();
        run
    }

    fn open(&mut self) {
        self.queue = None;
        let mut queue = SqliteQueue::open(&self.path, Durability::ProcessDeath).unwrap();
        self.routes = queue.route(&NAMES.map(str::to_owned)).unwrap();
        self.queue = Some(queue);
    }

    fn queue(&mut self) -> &mut SqliteQueue {
        self.queue.as_mut().unwrap()
    }

    fn pick(&self, which: &[prop::sample::Index]) -> Vec<Receipt> {
        let picked: BTreeSet<Receipt> = which
            .iter()
            .filter(|_| !self.receipts.is_empty())
            .map(|index| *index.get(&self.receipts))
            .collect();
        picked.into_iter().collect()
    }

    fn lease(&mut self, destination: DestinationId, n: usize, ttl: Millis) -> Vec<Leased> {
        let now = self.now;
        let leases = self.queue().lease(destination, n, ttl, now).unwrap();
        self.model.leased(destination, n, ttl, now, &leases.events);
        let next =
            self.model.lanes.iter().filter(|((to, _), _)| *to == destination).map(|(_, lane)| lane.due).min();
        assert_eq!(leases.next_due, next);
        self.receipts.extend(leases.events.iter().map(|event| event.receipt));
        leases.events
    }

    fn ack(&mut self, receipts: &[Receipt]) {
        let now = self.now;
        self.queue().ack(receipts, now).unwrap();
        for receipt in receipts {
            let counts = self
                .model
                .lane_of(receipt)
                .is_some_and(|lane| lane.id == Some(receipt.lane) && lane.events.contains_key(&receipt.seq));
            if counts {
                self.model.delivered.insert((receipt.destination, receipt.seq));
                self.model.remove(receipt);
            }
        }
        self.model.advance(receipts, now);
    }

    fn dead(&mut self, receipts: &[Receipt]) {
        let now = self.now;
        self.queue().dead(receipts, &Failure::default(), now).unwrap();
        for receipt in receipts {
            if self.model.holds(receipt) {
                self.model.dead.insert((receipt.destination, receipt.seq));
                self.model.remove(receipt);
            }
        }
        self.model.advance(receipts, now);
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Push(events) => {
                let now = self.now;
                let new: Vec<NewEvent> = events
                    .iter()
                    .map(|(id, visitor)| NewEvent {
                        message_id: id.to_string(),
                        visitor: visitor.to_string(),
                        received: now,
                        body: "{}".to_owned(),
                        who: crate::queue::Who::default(),
                    })
                    .collect();
                let answers = self.queue().push_batch(&new, now).unwrap();
                let connection = &self.queue.as_ref().unwrap().connection;
                let seq_of = |id: u8| {
                    let select = "SELECT seq FROM event WHERE message_id = ?1";
                    connection.query_row(select, [id.to_string()], |row| row.get(0)).unwrap()
                };
                assert_eq!(answers, self.model.push(events, seq_of, &self.routes, now));
            }
            Step::Lease { destination, n, ttl } => {
                self.lease(self.routes[*destination], *n, *ttl);
            }
            Step::Ack(which) => self.ack(&self.pick(which)),
            Step::Dead(which) => self.dead(&self.pick(which)),
            Step::Nack(which, wait) | Step::Release(which, wait) => {
                let (receipts, until) = (self.pick(which), self.now + wait);
                let is_try = matches!(step, Step::Nack(..));
                if is_try {
                    self.queue().nack(&receipts, until).unwrap();
                } else {
                    self.queue().release(&receipts, until).unwrap();
                }
                self.model.give_back(&receipts, until, u32::from(is_try));
            }
            Step::Replay => {
                let now = self.now;
                let count = replay(&self.path, now).unwrap();
                let dead = std::mem::take(&mut self.model.dead);
                assert_eq!(count, dead.len() as u64);
                for (destination, seq) in dead {
                    self.model.enqueue(destination, seq, now);
                }
            }
            Step::Tick(by) => self.now += by,
            Step::Log => {
                if let Some(last) = self.model.events.keys().last().copied() {
                    self.queue().note_log(&[], Some(last)).unwrap();
                    self.model.logged = last;
                }
            }
            Step::Crash => {
                self.open();
                for lane in self.model.lanes.values_mut().filter(|lane| lane.leased.is_some()) {
                    (lane.due, lane.leased) = (0, None);
                }
            }
        }
        self.check_counts();
        self.check_bodies();
    }

    /// A body is there as long as somebody needs it, and no longer.
    fn check_bodies(&mut self) {
        let mut needed: BTreeSet<i64> = self.model.dead.iter().map(|(_, seq)| *seq).collect();
        needed.extend(self.model.lanes.values().flat_map(|lane| lane.events.keys()));
        needed.extend(self.model.events.keys().filter(|seq| **seq > self.model.logged));
        let connection = &self.queue.as_ref().unwrap().connection;
        let mut statement = connection.prepare("SELECT seq FROM event WHERE body <> ''").unwrap();
        let kept = statement.query_map([], |row| row.get(0)).unwrap();
        assert_eq!(kept.map(Result::unwrap).collect::<BTreeSet<i64>>(), needed);
    }

    fn check_counts(&mut self) {
        let routes = self.routes.clone();
        for depth in self.queue().depths().unwrap() {
            let position = NAMES.iter().position(|name| *name == depth.destination).unwrap();
            let of = |to: &DestinationId| *to == routes[position];
            let pending: usize = self
                .model
                .lanes
                .iter()
                .filter(|((to, _), _)| of(to))
                .map(|(_, lane)| lane.events.len())
                .sum();
            let dead = self.model.dead.iter().filter(|(to, _)| of(to)).count();
            assert_eq!((depth.pending, depth.dead), (pending as u64, dead as u64), "{}", depth.destination);
        }
    }

    /// Delivers what is left; then everything is delivered or dead, and nothing is both.
    fn drain(&mut self) {
        self.now += 1_000;
        for destination in self.routes.clone() {
            loop {
                let events = self.lease(destination, 7, 10);
                if events.is_empty() {
                    break;
                }
                let receipts: Vec<Receipt> = events.iter().map(|event| event.receipt).collect();
                self.ack(&receipts);
            }
        }
        let mut settled: BTreeSet<(DestinationId, i64)> = self.model.delivered.clone();
        settled.extend(&self.model.dead);
        let all: BTreeSet<(DestinationId, i64)> =
            self.routes.iter().flat_map(|to| self.model.events.keys().map(|seq| (*to, *seq))).collect();
        assert_eq!(settled, all, "nothing is lost");
        assert_eq!(self.model.delivered.len() + self.model.dead.len(), all.len(), "nothing is double");
        let letters = DeadLetter::list(&self.path, 1_000).unwrap();
        assert_eq!(letters.len(), self.model.dead.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_queue_is_its_model(steps in prop::collection::vec(step(), 1..80)) {
        let mut run = Run::new();
        for step in &steps {
            run.apply(step);
        }
        run.drain();
    }
}

#[test]
fn a_later_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    let queue = SqliteQueue::open(&path, Durability::ProcessDeath).unwrap();
    queue.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(queue);
    let error = SqliteQueue::open(&path, Durability::ProcessDeath).unwrap_err().to_string();
    assert!(error.contains("format 99, this relay knows 3"), "{error}");
}
