//! The queue in one SQLite file, for one relay.
//!
//! A push survives a power cut (`synchronous=FULL`). Leases and their ends are written without waiting
//! for the disk: they survive the death of the process, and a power cut can at worst forget that an
//! event was delivered, which sends it again with the same id. The next push carries them to the disk.

use super::people;
use super::spent::forget;
use super::{Depth, DestinationId, Failure, Leased, Leases, NewEvent, Pushed, Queue, QueueError, Receipt};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use tanish::time::Millis;

/// What brings the file from each format to the next. `PRAGMA user_version` counts those done.
const FORMATS: [&str; 3] =
    [include_str!("schema.sql"), include_str!("format_2.sql"), include_str!("format_3.sql")];
/// How long to wait for `tanish relay dead replay` in another process.
const BUSY: Duration = Duration::from_secs(5);

/// Pages of the write-ahead log before they are carried into the file: each time waits for the disk twice.
const CHECKPOINT: i64 = 16_000;
/// The page cache, in KiB (negative by SQLite's convention): the indexes of a long queue fit.
const CACHE: i64 = -65_536;

/// What a push must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A power cut.
    PowerCut,
    /// The death of the process only: for tests, which would wait for the disk most of their time.
    ProcessDeath,
}

/// A queue in one SQLite file.
#[derive(Debug)]
pub struct SqliteQueue {
    pub(super) connection: Connection,
    durability: Durability,
    routes: Vec<DestinationId>,
}

impl SqliteQueue {
    /// Opens the file, or makes it. The caller sees to it that no other relay has it open: leases of
    /// the process before are void.
    ///
    /// # Errors
    /// When SQLite cannot open it, or a later version wrote it.
    pub fn open(path: &Path, durability: Durability) -> Result<SqliteQueue, QueueError> {
        let mut connection = connect(path)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE lane SET due = 0, token = token + 1, leased_to = NULL WHERE leased_to IS NOT NULL",
            [],
        )?;
        transaction.commit()?;
        Ok(SqliteQueue { connection, durability, routes: Vec::new() })
    }

    /// A transaction that is on the disk when it commits.
    pub(super) fn durable(&mut self) -> Result<Transaction<'_>, QueueError> {
        let level = match self.durability {
            Durability::PowerCut => "FULL",
            Durability::ProcessDeath => "OFF",
        };
        self.begin(level)
    }

    /// A transaction that outlives the process, and a power cut once something durable follows.
    fn relaxed(&mut self) -> Result<Transaction<'_>, QueueError> {
        let level = match self.durability {
            Durability::PowerCut => "NORMAL",
            Durability::ProcessDeath => "OFF",
        };
        self.begin(level)
    }

    fn begin(&mut self, synchronous: &str) -> Result<Transaction<'_>, QueueError> {
        self.connection.pragma_update(None, "synchronous", synchronous)?;
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// Ends the leases of these events' lanes, and counts `tries` more for each.
    fn give_back(&mut self, receipts: &[Receipt], until: Millis, tries: u32) -> Result<(), QueueError> {
        let transaction = self.relaxed()?;
        let mut lanes = BTreeSet::new();
        for receipt in receipts {
            if holds(&transaction, receipt)? {
                transaction
                    .prepare_cached(
                        "UPDATE outbox SET attempts = attempts + ?3 WHERE lane = ?1 AND seq = ?2",
                    )?
                    .execute(params![receipt.lane, receipt.seq, tries])?;
                lanes.insert(receipt.lane);
            }
        }
        for lane in lanes {
            transaction
                .prepare_cached(
                    "UPDATE lane SET due = ?2, token = token + 1, leased_to = NULL WHERE id = ?1",
                )?
                .execute(params![lane, db(until)])?;
        }
        Ok(transaction.commit()?)
    }
}

/// Opens the database and brings it to the current format.
pub(super) fn connect(path: &Path) -> Result<Connection, QueueError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = FORMATS.len() as i64;
    let missing = usize::try_from(found).ok().and_then(|done| FORMATS.get(done..));
    let Some(missing) = missing else { return Err(QueueError::Format { found, known }) };
    if !missing.is_empty() {
        for format in missing {
            transaction.execute_batch(format)?;
        }
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(connection)
}

impl Queue for SqliteQueue {
    fn route(&mut self, names: &[String]) -> Result<Vec<DestinationId>, QueueError> {
        let transaction = self.durable()?;
        let mut routes = Vec::with_capacity(names.len());
        for name in names {
            transaction.execute(
                "INSERT INTO destination (name) VALUES (?1) ON CONFLICT (name) DO NOTHING",
                [name],
            )?;
            let id = transaction
                .query_row("SELECT id FROM destination WHERE name = ?1", [name], |row| row.get(0))?;
            routes.push(DestinationId(id));
        }
        transaction.commit()?;
        self.routes.clone_from(&routes);
        Ok(routes)
    }

    fn push_batch(&mut self, events: &[NewEvent], now: Millis) -> Result<Vec<Pushed>, QueueError> {
        let routes = self.routes.clone();
        let transaction = self.durable()?;
        let mut answers = Vec::with_capacity(events.len());
        let mut accepted = 0;
        for event in events {
            let inserted = transaction
                .prepare_cached(
                    "INSERT INTO event (message_id, visitor, received, body) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (message_id) DO NOTHING",
                )?
                .execute(params![event.message_id, event.visitor, db(event.received), event.body])?;
            if inserted == 0 {
                answers.push(Pushed::Duplicate);
                continue;
            }
            let seq = transaction.last_insert_rowid();
            for destination in &routes {
                enqueue(&transaction, *destination, &event.visitor, seq, event.received, now)?;
            }
            if people::note(&transaction, &event.who, now)? {
                wake(&transaction, &event.visitor, now)?;
            }
            accepted += 1;
            answers.push(Pushed::Accepted);
        }
        for destination in &routes {
            count(&transaction, *destination, accepted, 0)?;
        }
        transaction.commit()?;
        Ok(answers)
    }

    fn lease(
        &mut self,
        destination: DestinationId,
        n: usize,
        ttl: Millis,
        now: Millis,
    ) -> Result<Leases, QueueError> {
        // Nothing due is the common answer: it needs no write lock.
        let next_due = next_due(&self.connection, destination)?;
        if n == 0 || next_due.is_none_or(|due| due > now) {
            return Ok(Leases { events: Vec::new(), next_due });
        }
        let transaction = self.relaxed()?;
        let mut events = Vec::new();
        for (lane, token) in due_lanes(&transaction, destination, n, now)? {
            if events.len() >= n {
                break;
            }
            let token = token + 1;
            let before = events.len();
            head_of_lane(&transaction, destination, lane, token, n - before, &mut events)?;
            let last = events.last().map(|event| event.receipt.seq);
            transaction
                .prepare_cached("UPDATE lane SET due = ?2, token = ?3, leased_to = ?4 WHERE id = ?1")?
                .execute(params![lane, db(now.saturating_add(ttl)), token, last])?;
            transaction
                .prepare_cached("UPDATE outbox SET lease = ?3 WHERE lane = ?1 AND seq <= ?2")?
                .execute(params![lane, last, token])?;
        }
        let next_due = self::next_due(&transaction, destination)?;
        transaction.commit()?;
        Ok(Leases { events, next_due })
    }

    fn ack(&mut self, receipts: &[Receipt], now: Millis) -> Result<(), QueueError> {
        let transaction = self.relaxed()?;
        for receipt in receipts {
            let gone = remove(&transaction, receipt)?;
            count(&transaction, receipt.destination, -i64::from(gone), 0)?;
            forget(&transaction, receipt.seq..=receipt.seq)?;
        }
        advance(&transaction, receipts, now)?;
        Ok(transaction.commit()?)
    }

    fn nack(&mut self, receipts: &[Receipt], until: Millis) -> Result<(), QueueError> {
        self.give_back(receipts, until, 1)
    }

    fn release(&mut self, receipts: &[Receipt], until: Millis) -> Result<(), QueueError> {
        self.give_back(receipts, until, 0)
    }

    fn dead(&mut self, receipts: &[Receipt], failure: &Failure, now: Millis) -> Result<(), QueueError> {
        let transaction = self.relaxed()?;
        for receipt in receipts {
            if !holds(&transaction, receipt)? {
                continue;
            }
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO dead_letter
                     SELECT ?1, seq, ?4, attempts + 1, ?5, ?6, ?7 FROM outbox WHERE lane = ?2 AND seq = ?3",
                )?
                .execute(params![
                    receipt.destination.0,
                    receipt.lane,
                    receipt.seq,
                    db(now),
                    failure.status,
                    failure.reason,
                    failure.response
                ])?;
            remove(&transaction, receipt)?;
            count(&transaction, receipt.destination, -1, 1)?;
        }
        advance(&transaction, receipts, now)?;
        Ok(transaction.commit()?)
    }

    fn depths(&self) -> Result<Vec<Depth>, QueueError> {
        let mut statement =
            self.connection.prepare_cached("SELECT name, pending, dead FROM destination ORDER BY name")?;
        let rows = statement.query_map([], |row| {
            Ok(Depth {
                destination: row.get(0)?,
                pending: row.get::<_, i64>(1)?.try_into().unwrap_or(0),
                dead: row.get::<_, i64>(2)?.try_into().unwrap_or(0),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Times beyond SQLite's integers stand as the last of them.
pub(super) fn db(at: Millis) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// A time as stored; what a damaged file holds below zero reads as zero.
pub(super) fn millis(at: i64) -> Millis {
    Millis::try_from(at).unwrap_or(0)
}

/// Appends an event to its lane, opening the lane where there is none.
pub(super) fn enqueue(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    visitor: &str,
    seq: i64,
    since: Millis,
    now: Millis,
) -> Result<(), QueueError> {
    let open: Option<i64> = transaction
        .prepare_cached("SELECT id FROM lane WHERE destination = ?1 AND visitor = ?2")?
        .query_row(params![destination.0, visitor], |row| row.get(0))
        .optional()?;
    let lane = match open {
        Some(lane) => lane,
        None => {
            transaction
                .prepare_cached("INSERT INTO lane (destination, visitor, due) VALUES (?1, ?2, ?3)")?
                .execute(params![destination.0, visitor, db(now)])?;
            transaction.last_insert_rowid()
        }
    };
    transaction
        .prepare_cached("INSERT INTO outbox (lane, seq, since) VALUES (?1, ?2, ?3)")?
        .execute(params![lane, seq, db(since)])?;
    Ok(())
}

/// Keeps the counts of a destination.
pub(super) fn count(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    pending: i64,
    dead: i64,
) -> Result<(), QueueError> {
    transaction
        .prepare_cached("UPDATE destination SET pending = pending + ?2, dead = dead + ?3 WHERE id = ?1")?
        .execute([destination.0, pending, dead])?;
    Ok(())
}

/// Opens the lanes of a visitor of whom something new is known: what waited for that goes now.
fn wake(transaction: &Transaction<'_>, visitor: &str, now: Millis) -> Result<(), QueueError> {
    transaction
        .prepare_cached("UPDATE lane SET due = ?2 WHERE visitor = ?1 AND due > ?2 AND leased_to IS NULL")?
        .execute(params![visitor, db(now)])?;
    Ok(())
}

fn next_due(connection: &Connection, destination: DestinationId) -> Result<Option<Millis>, QueueError> {
    let due: Option<i64> = connection
        .prepare_cached("SELECT min(due) FROM lane WHERE destination = ?1")?
        .query_row([destination.0], |row| row.get(0))?;
    Ok(due.map(millis))
}

/// The longest-waiting due lanes with their tokens.
fn due_lanes(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    n: usize,
    now: Millis,
) -> Result<Vec<(i64, i64)>, QueueError> {
    let mut statement = transaction.prepare_cached(
        "SELECT id, token FROM lane WHERE destination = ?1 AND due <= ?2 ORDER BY due, id LIMIT ?3",
    )?;
    let limit = i64::try_from(n).unwrap_or(i64::MAX);
    let rows =
        statement.query_map(params![destination.0, db(now), limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The first `n` events of a lane, appended to `events`.
fn head_of_lane(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    lane: i64,
    token: i64,
    n: usize,
    events: &mut Vec<Leased>,
) -> Result<(), QueueError> {
    let mut statement = transaction.prepare_cached(
        "SELECT seq, message_id, visitor, body, attempts, since FROM outbox JOIN event USING (seq)
         WHERE lane = ?1 ORDER BY seq LIMIT ?2",
    )?;
    let limit = i64::try_from(n).unwrap_or(i64::MAX);
    let rows = statement.query_map([lane, limit], |row| {
        Ok(Leased {
            receipt: Receipt { destination, lane, seq: row.get(0)?, token },
            message_id: row.get(1)?,
            visitor: row.get(2)?,
            body: row.get(3)?,
            attempts: row.get(4)?,
            since: millis(row.get(5)?),
            customer: None,
        })
    })?;
    let mut customer = None;
    for row in rows {
        let mut event = row?;
        // A lane is one visitor's.
        let known = match customer.take() {
            Some(known) => known,
            None => people::customer(transaction, &event.visitor)?,
        };
        event.customer.clone_from(&known);
        customer = Some(known);
        events.push(event);
    }
    Ok(())
}

/// Whether the receipt's lease still stands and its event is still pending.
fn holds(transaction: &Transaction<'_>, receipt: &Receipt) -> Result<bool, QueueError> {
    Ok(transaction
        .prepare_cached(
            "SELECT 1 FROM lane JOIN outbox ON outbox.lane = lane.id
             WHERE lane.id = ?1 AND outbox.seq = ?2 AND lane.token = ?3
             AND outbox.lease = ?3 AND lane.leased_to IS NOT NULL",
        )?
        .exists([receipt.lane, receipt.seq, receipt.token])?)
}

/// Takes an event out of its lane; whether it was there.
fn remove(transaction: &Transaction<'_>, receipt: &Receipt) -> Result<bool, QueueError> {
    let removed = transaction
        .prepare_cached("DELETE FROM outbox WHERE lane = ?1 AND seq = ?2")?
        .execute([receipt.lane, receipt.seq])?;
    Ok(removed > 0)
}

/// Closes empty lanes, and opens those whose leased events are all settled to the next worker.
fn advance(transaction: &Transaction<'_>, receipts: &[Receipt], now: Millis) -> Result<(), QueueError> {
    let lanes: BTreeSet<(i64, i64)> = receipts.iter().map(|receipt| (receipt.lane, receipt.token)).collect();
    for (lane, token) in lanes {
        let closed = transaction
            .prepare_cached(
                "DELETE FROM lane WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM outbox WHERE lane = ?1)",
            )?
            .execute([lane])?;
        if closed == 0 {
            transaction
                .prepare_cached(
                    "UPDATE lane SET due = ?3, leased_to = NULL
                     WHERE id = ?1 AND token = ?2 AND leased_to IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM outbox WHERE lane = ?1 AND seq <= leased_to AND lease = ?2)",
                )?
                .execute(params![lane, token, db(now)])?;
        }
    }
    Ok(())
}
