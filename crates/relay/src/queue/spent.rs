//! Events that are over: in the event log, and settled at every destination. Nothing will read them
//! again, and they may be personal: only their `message_id` stays, to know a repeated one by.

use super::QueueError;
use rusqlite::Transaction;
use std::ops::RangeInclusive;

/// Empties what is over among these events, in the transaction that may have made it so. A dead letter
/// is not over: it can be replayed.
pub(super) fn forget(transaction: &Transaction<'_>, seqs: RangeInclusive<i64>) -> Result<(), QueueError> {
    transaction
        .prepare_cached(
            "UPDATE event SET body = '', visitor = ''
             WHERE seq BETWEEN ?1 AND ?2 AND body <> '' AND seq <= (SELECT seq FROM log_cursor)
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.seq = event.seq)
             AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE dead_letter.seq = event.seq)",
        )?
        .execute([seqs.start(), seqs.end()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::queue::sqlite::connect;
    use crate::queue::{
        DestinationId, Durability, Failure, Journal, NewEvent, Pushed, Queue, Receipt, SqliteQueue, Who,
        replay,
    };
    use std::path::{Path, PathBuf};

    struct Bench {
        _folder: tempfile::TempDir,
        path: PathBuf,
        queue: SqliteQueue,
        routes: Vec<DestinationId>,
    }

    /// A queue with two destinations and the events `m1` and `m2`, of seq 1 and 2.
    fn bench() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q");
        let mut queue = SqliteQueue::open(&path, Durability::ProcessDeath).unwrap();
        let routes = queue.route(&["crm".to_owned(), "mail".to_owned()]).unwrap();
        assert_eq!(queue.push_batch(&[new("m1"), new("m2")], 0).unwrap(), [Pushed::Accepted; 2]);
        Bench { _folder: folder, path, queue, routes }
    }

    fn new(id: &str) -> NewEvent {
        NewEvent {
            message_id: id.into(),
            visitor: "a:v".into(),
            received: 0,
            body: "{}".into(),
            who: Who::default(),
        }
    }

    impl Bench {
        fn lease(&mut self, destination: usize, n: usize) -> Vec<Receipt> {
            let leases = self.queue.lease(self.routes[destination], n, 1_000, 10).unwrap();
            leases.events.iter().map(|event| event.receipt).collect()
        }

        fn ack(&mut self, destination: usize, n: usize) {
            let receipts = self.lease(destination, n);
            self.queue.ack(&receipts, 10).unwrap();
        }
    }

    /// The events that still have a body.
    fn kept(path: &Path) -> Vec<String> {
        let connection = connect(path).unwrap();
        let select = "SELECT message_id FROM event WHERE body <> '' OR visitor <> '' ORDER BY seq";
        let mut statement = connection.prepare(select).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_body_goes_with_the_last_who_needs_it() {
        let mut bench = bench();
        bench.ack(0, 2);
        bench.ack(1, 1);
        assert_eq!(kept(&bench.path), ["m1", "m2"], "the log has not come yet");
        bench.queue.note_log(&[], Some(2)).unwrap();
        assert_eq!(kept(&bench.path), ["m2"], "one destination still waits for the second");
        bench.ack(1, 1);
        assert!(kept(&bench.path).is_empty());
        assert_eq!(bench.queue.push_batch(&[new("m1")], 20).unwrap(), [Pushed::Duplicate], "still known");
    }

    #[test]
    fn a_dead_letter_keeps_its_body_until_it_is_delivered() {
        let mut bench = bench();
        bench.queue.note_log(&[], Some(2)).unwrap();
        bench.ack(0, 2);
        let receipts = bench.lease(1, 2);
        bench.queue.dead(&receipts[..1], &Failure::default(), 10).unwrap();
        bench.queue.ack(&receipts[1..], 10).unwrap();
        assert_eq!(kept(&bench.path), ["m1"]);
        assert_eq!(replay(&bench.path, 10).unwrap(), 1);
        let leases = bench.queue.lease(bench.routes[1], 2, 1_000, 10).unwrap();
        assert_eq!((leases.events[0].body.as_str(), leases.events[0].visitor.as_str()), ("{}", "a:v"));
        bench.queue.ack(&[leases.events[0].receipt], 10).unwrap();
        assert!(kept(&bench.path).is_empty());
    }

    #[test]
    fn a_file_of_format_1_is_brought_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q");
        let old = rusqlite::Connection::open(&path).unwrap();
        old.execute_batch(include_str!("schema.sql")).unwrap();
        old.execute_batch(
            "INSERT INTO event VALUES (1, 'over', 'a:v', 0, '{}'), (2, 'waits', 'a:v', 0, '{}'),
                 (3, 'dead', 'a:v', 0, '{}'), (4, 'unlogged', 'a:v', 0, '{}');
             INSERT INTO destination VALUES (1, 'crm', 1, 1);
             INSERT INTO lane VALUES (1, 1, 'a:v', 0, 0, NULL);
             INSERT INTO outbox VALUES (1, 2, 0, 0, 0);
             INSERT INTO dead_letter VALUES (1, 3, 0, 1, 422, '', '');
             UPDATE log_cursor SET seq = 3;
             PRAGMA user_version = 1;",
        )
        .unwrap();
        drop(old);
        drop(SqliteQueue::open(&path, Durability::ProcessDeath).unwrap());
        assert_eq!(kept(&path), ["waits", "dead", "unlogged"]);
    }
}
