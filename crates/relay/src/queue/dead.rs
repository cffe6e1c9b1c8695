//! Dead letters: what could not be delivered, kept to be looked at and sent again.

use super::spent::forget;
use super::sqlite::{connect, count, enqueue, millis};
use super::{DestinationId, Failure, QueueError};
use rusqlite::{Row, TransactionBehavior, params};
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

/// Which dead letters: all, where nothing is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Which<'a> {
    /// Of this destination only.
    pub destination: Option<&'a str>,
    /// Of this event only.
    pub message_id: Option<&'a str>,
}

/// What every statement here asks of a dead letter; `?1` and `?2` are [`Which`]'s fields.
const CHOSEN: &str =
    "FROM dead_letter JOIN event USING (seq) JOIN destination ON destination.id = destination
     WHERE (?1 IS NULL OR name = ?1) AND (?2 IS NULL OR message_id = ?2)";

fn letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        destination: row.get(0)?,
        message_id: row.get(1)?,
        at: millis(row.get(2)?),
        attempts: row.get(3)?,
        failure: Failure { status: row.get(4)?, reason: row.get(5)?, response: row.get(6)? },
    })
}

impl DeadLetter {
    /// At most `limit` dead letters of a database, oldest first; the relay may be running.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list(database: &Path, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        DeadLetter::list_of(database, Which::default(), limit)
    }

    /// As [`DeadLetter::list`], of some only.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn list_of(database: &Path, which: Which<'_>, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let connection = connect(database)?;
        let mut statement = connection.prepare(&format!(
            "SELECT name, message_id, at, attempts, status, reason, response {CHOSEN} ORDER BY at, seq LIMIT ?3"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![which.destination, which.message_id, limit], letter)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The dead letters of one event, each with the event as JSON.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn show(database: &Path, which: Which<'_>) -> Result<Vec<(DeadLetter, String)>, QueueError> {
        let connection = connect(database)?;
        let mut statement = connection.prepare(&format!(
            "SELECT name, message_id, at, attempts, status, reason, response, body {CHOSEN} ORDER BY name"
        ))?;
        let rows = statement
            .query_map(params![which.destination, which.message_id], |row| Ok((letter(row)?, row.get(7)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Puts every dead letter back in its lane, its age counted anew; how many. A running relay finds them
/// within half a minute.
///
/// # Errors
/// When the database cannot be written; then nothing changed.
pub fn replay(database: &Path, now: Millis) -> Result<u64, QueueError> {
    replay_of(database, Which::default(), now)
}

/// As [`replay`], of some only.
///
/// # Errors
/// When the database cannot be written; then nothing changed.
pub fn replay_of(database: &Path, which: Which<'_>, now: Millis) -> Result<u64, QueueError> {
    take(database, which, Some(now))
}

/// Removes dead letters for good; how many.
///
/// # Errors
/// When the database cannot be written; then nothing changed.
pub fn drop_letters(database: &Path, which: Which<'_>) -> Result<u64, QueueError> {
    take(database, which, None)
}

fn take(database: &Path, which: Which<'_>, again: Option<Millis>) -> Result<u64, QueueError> {
    let mut connection = connect(database)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let chosen: Vec<(i64, i64, String)> = {
        let mut statement = transaction
            .prepare(&format!("SELECT destination.id, seq, visitor {CHOSEN} ORDER BY destination.id, seq"))?;
        let rows = statement.query_map(params![which.destination, which.message_id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        rows.collect::<Result<_, _>>()?
    };
    for (destination, seq, visitor) in &chosen {
        let id = DestinationId(*destination);
        transaction
            .prepare_cached("DELETE FROM dead_letter WHERE destination = ?1 AND seq = ?2")?
            .execute([destination, seq])?;
        match again {
            Some(now) => {
                enqueue(&transaction, id, visitor, *seq, now, now)?;
                count(&transaction, id, 1, -1)?;
            }
            None => {
                count(&transaction, id, 0, -1)?;
                forget(&transaction, *seq..=*seq)?;
            }
        }
    }
    transaction.commit()?;
    Ok(chosen.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::{Durability, NewEvent, Queue, SqliteQueue, Who};

    #[test]
    fn some_are_shown_replayed_and_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q");
        let mut queue = SqliteQueue::open(&path, Durability::ProcessDeath).unwrap();
        let routes = queue.route(&["crm".to_owned(), "mail".to_owned()]).unwrap();
        let event = |id: &str| NewEvent {
            message_id: id.into(),
            visitor: "a:v".into(),
            received: 0,
            body: format!("{{\"messageId\":\"{id}\"}}"),
            who: Who::default(),
        };
        queue.push_batch(&[event("m1"), event("m2")], 0).unwrap();
        for route in &routes {
            let leased = queue.lease(*route, 9, 10, 1).unwrap().events;
            let receipts: Vec<_> = leased.iter().map(|one| one.receipt).collect();
            queue.dead(&receipts, &Failure { reason: "no".into(), ..Failure::default() }, 2).unwrap();
        }
        assert_eq!(DeadLetter::list(&path, 10).unwrap().len(), 4);
        let crm = Which { destination: Some("crm"), message_id: None };
        assert_eq!(DeadLetter::list_of(&path, crm, 10).unwrap().len(), 2);
        let one = Which { destination: Some("mail"), message_id: Some("m2") };
        let shown = DeadLetter::show(&path, one).unwrap();
        assert_eq!((shown.len(), shown[0].1.as_str()), (1, r#"{"messageId":"m2"}"#));
        assert_eq!(replay_of(&path, one, 5).unwrap(), 1);
        assert_eq!(drop_letters(&path, crm).unwrap(), 2);
        let left = DeadLetter::list(&path, 10).unwrap();
        assert_eq!(
            (left.len(), left[0].destination.as_str(), left[0].message_id.as_str()),
            (1, "mail", "m1")
        );
        let depths = queue.depths().unwrap();
        assert_eq!((depths[0].pending, depths[0].dead), (0, 0));
        assert_eq!((depths[1].pending, depths[1].dead), (1, 1));
    }
}
