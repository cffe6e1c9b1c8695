//! Dead letters: what could not be delivered, kept to be looked at and sent again.

use super::sqlite::{connect, count, enqueue, millis};
use super::{DestinationId, Failure, QueueError};
use rusqlite::TransactionBehavior;
use std::path::Path;
use tanish::time::Millis;

/// An event a destination would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The destination's name.
    pub destination: String,
    /// The event's id.
    pub message_id: String,
    /// When the relay gave up.
    pub at: Millis,
    /// Tries in all.
    pub attempts: u32,
    /// The last answer.
    pub failure: Failure,
}

impl DeadLetter {
    /// At most `limit` dead letters of a database, oldest first; the relay may be running.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list(database: &Path, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let connection = connect(database)?;
        let mut statement = connection.prepare(
            "SELECT name, message_id, at, attempts, status, reason, response
             FROM dead_letter JOIN event USING (seq) JOIN destination ON destination.id = destination
             ORDER BY at, seq LIMIT ?1",
        )?;
        let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            Ok(DeadLetter {
                destination: row.get(0)?,
                message_id: row.get(1)?,
                at: millis(row.get(2)?),
                attempts: row.get(3)?,
                failure: Failure { status: row.get(4)?, reason: row.get(5)?, response: row.get(6)? },
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Puts every dead letter back in its lane, its age counted anew; how many. A running relay finds them
/// within half a minute.
///
/// # Errors
/// When the database cannot be written; then nothing changed.
pub fn replay(database: &Path, now: Millis) -> Result<u64, QueueError> {
    let mut connection = connect(database)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut replayed = 0;
    {
        let mut statement = transaction.prepare(
            "SELECT destination, seq, visitor FROM dead_letter JOIN event USING (seq) ORDER BY destination, seq",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let destination = DestinationId(row.get(0)?);
            let visitor: String = row.get(2)?;
            enqueue(&transaction, destination, &visitor, row.get(1)?, now, now)?;
            count(&transaction, destination, 1, -1)?;
            replayed += 1;
        }
    }
    transaction.execute("DELETE FROM dead_letter", [])?;
    transaction.commit()?;
    Ok(replayed)
}
