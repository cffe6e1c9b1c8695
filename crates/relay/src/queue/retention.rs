//! What is old is forgotten: ids of events beyond the window in which a repeat can still come.

use super::QueueError;
use super::sqlite::{SqliteQueue, db};
use rusqlite::{OptionalExtension, Transaction, params};
use tanish::time::Millis;

/// Rows forgotten in one step, so that requests get their turn.
const STEP: i64 = 2_000;

/// The part of the queue that forgets by age.
pub trait Aging {
    /// Forgets the ids of some events received before `before` that are over everywhere; whether there may
    /// be more.
    ///
    /// # Errors
    /// When the storage fails.
    fn forget_ids(&mut self, before: Millis) -> Result<bool, QueueError>;

    /// Takes files out of the log's books; they are gone from the disk already.
    ///
    /// # Errors
    /// When the storage fails.
    fn forget_files(&mut self, names: &[String]) -> Result<(), QueueError>;
}

impl Aging for SqliteQueue {
    fn forget_ids(&mut self, before: Millis) -> Result<bool, QueueError> {
        let transaction = self.durable()?;
        let bound = first_since(&transaction, db(before))?;
        let gone = transaction
            .prepare_cached(
                "DELETE FROM event WHERE seq IN
                 (SELECT seq FROM event WHERE seq < ?1 AND body = '' ORDER BY seq LIMIT ?2)",
            )?
            .execute(params![bound, STEP])?;
        transaction.commit()?;
        Ok(i64::try_from(gone).unwrap_or(0) == STEP)
    }

    fn forget_files(&mut self, names: &[String]) -> Result<(), QueueError> {
        let transaction = self.durable()?;
        for name in names {
            transaction.prepare_cached("DELETE FROM log_file WHERE name = ?1")?.execute([name])?;
        }
        Ok(transaction.commit()?)
    }
}

/// The first event received at `at` or later, by bisection: events are kept in the order of receipt, and an index
/// over the time of each would cost every push. A clock that was set back only makes ids live longer.
fn first_since(transaction: &Transaction<'_>, at: i64) -> Result<i64, QueueError> {
    let ends = "SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) + 1 FROM event";
    let (mut low, mut high): (i64, i64) =
        transaction.query_row(ends, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut look =
        transaction.prepare_cached("SELECT seq, received FROM event WHERE seq >= ?1 ORDER BY seq LIMIT 1")?;
    while low < high {
        let middle = low + (high - low) / 2;
        let found =
            look.query_row([middle], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).optional()?;
        match found {
            Some((seq, received)) if received < at => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::{Durability, Journal, NewEvent, Pushed, Queue, Who};

    #[test]
    fn ids_live_as_long_as_their_window_and_waiting_events_longer() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = SqliteQueue::open(&folder.path().join("q"), Durability::ProcessDeath).unwrap();
        let event = |id: &str, received| NewEvent {
            message_id: id.into(),
            visitor: "a:v".into(),
            received,
            body: "{}".into(),
            who: Who::default(),
        };
        queue.push_batch(&[event("over", 10)], 10).unwrap();
        assert_eq!(queue.route(&["crm".to_owned()]).unwrap().len(), 1);
        queue.push_batch(&[event("waits", 12)], 12).unwrap();
        queue.route(&[]).unwrap();
        queue.push_batch(&[event("young", 20)], 20).unwrap();
        queue.note_log(&[], Some(3)).unwrap();
        assert!(!queue.forget_ids(15).unwrap());
        let again =
            queue.push_batch(&[event("over", 30), event("young", 30), event("waits", 30)], 30).unwrap();
        assert_eq!(again, [Pushed::Accepted, Pushed::Duplicate, Pushed::Duplicate]);
    }
}
