//! The event log: one JSON object a line in `events/YYYY-MM-DD.jsonl`, by the UTC day of receipt.
//!
//! Each event stands there exactly once, in commit order, though the process or the power may die at any
//! point. The log is derived from the queue's database, which notes two things in one transaction: the
//! last event written, and the length of each file up to there. A step is
//!
//! 1. note the present length of files not yet known (on the disk before the first byte is added),
//! 2. cut each file to its noted length, append the lines, wait for the disk,
//! 3. note the new lengths and the last event together.
//!
//! Die before 3, and the lines of 2 lie beyond the noted length: the next step cuts them off and writes
//! the same events again. Die after 3, and both are there. A half-written line is a case of the first.

use crate::RelayError;
use crate::history::{Whose, cut_out, files};
use crate::queue::{Aging, Journal, LogFile, LoggedEvent};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tanish::time::rfc3339;

/// Events in one step: bounds memory, and the time intake waits behind a step.
const STEP: usize = 8_000;

/// Writer of the event log.
#[derive(Debug)]
pub struct EventLog {
    folder: PathBuf,
    lengths: BTreeMap<String, u64>,
}

impl EventLog {
    /// Opens the log in an existing folder and cuts off what a crash left behind.
    pub fn open(folder: PathBuf, journal: &impl Journal) -> Result<EventLog, RelayError> {
        let mut lengths = BTreeMap::new();
        for LogFile { name, bytes } in journal.log_files()? {
            let path = folder.join(&name);
            let found = length(&path).map_err(|source| RelayError::Log { path: path.clone(), source })?;
            if found > bytes {
                cut(&path, bytes).map_err(|source| RelayError::Log { path, source })?;
            } else if found < bytes {
                tracing::warn!(file = %name, noted = bytes, found, "the event log was shortened by somebody else");
            }
            lengths.insert(name, bytes.min(found));
        }
        Ok(EventLog { folder, lengths })
    }

    /// Writes the next events; whether there may be more.
    pub fn step(&mut self, journal: &mut impl Journal) -> Result<bool, RelayError> {
        let events = journal.unlogged(STEP)?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(false) };
        let more = events.len() == STEP;
        let written = self.append(&events, journal)?;
        journal.note_log(&written, Some(last))?;
        self.lengths.extend(written.into_iter().map(|file| (file.name, file.bytes)));
        Ok(more)
    }

    /// Cuts a customer's events out of every file; how many.
    pub fn erase(&mut self, whose: &Whose, journal: &mut impl Journal) -> Result<usize, RelayError> {
        let mut gone = 0;
        let here = self.folder.clone();
        let paths = files(&here).map_err(|source| RelayError::Log { path: here, source })?;
        for path in paths {
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
                continue;
            };
            let cut =
                cut_out(&path, whose).map_err(|source| RelayError::Log { path: path.clone(), source })?;
            let Some((events, bytes)) = cut else { continue };
            gone += events;
            // Die before this is noted, and the file is found shorter than noted: what is there counts.
            if let Some(length) = self.lengths.get_mut(&name) {
                journal.note_log(&[LogFile { name, bytes }], None)?;
                *length = bytes;
            }
            sync_folder(&self.folder).map_err(|source| RelayError::Log { path, source })?;
        }
        Ok(gone)
    }

    /// Removes the files of days before `before`, as in `2026-11-22`.
    pub fn forget(&mut self, before: &str, aging: &mut impl Aging) -> Result<(), RelayError> {
        let here = self.folder.clone();
        let paths = files(&here).map_err(|source| RelayError::Log { path: here, source })?;
        let mut gone = Vec::new();
        for path in paths {
            let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
                continue;
            };
            // Only files of the log itself: a day and nothing else.
            let is_day =
                name.len() == 16 && name.bytes().take(10).all(|byte| byte.is_ascii_digit() || byte == b'-');
            if is_day && &name[..10] < before {
                std::fs::remove_file(&path).map_err(|source| RelayError::Log { path, source })?;
                self.lengths.remove(&name);
                gone.push(name);
            }
        }
        if !gone.is_empty() {
            aging.forget_files(&gone)?;
        }
        Ok(())
    }

    /// Steps 1 and 2: the files with their new lengths, not yet noted.
    fn append(
        &mut self,
        events: &[LoggedEvent],
        journal: &mut impl Journal,
    ) -> Result<Vec<LogFile>, RelayError> {
        let mut days: BTreeMap<String, Vec<&LoggedEvent>> = BTreeMap::new();
        for event in events {
            let day = rfc3339(event.received);
            days.entry(format!("{}.jsonl", &day[..10])).or_default().push(event);
        }
        self.know(days.keys(), journal)?;
        let mut written = Vec::with_capacity(days.len());
        for (name, events) in days {
            let path = self.folder.join(&name);
            let from = self.lengths.get(&name).copied().unwrap_or(0);
            let bytes =
                append_lines(&path, from, &events).map_err(|source| RelayError::Log { path, source })?;
            written.push(LogFile { name, bytes });
        }
        Ok(written)
    }

    /// Notes files met for the first time. One that is there already, from before the database or by
    /// another hand, keeps what it holds.
    fn know<'a>(
        &mut self,
        names: impl Iterator<Item = &'a String>,
        journal: &mut impl Journal,
    ) -> Result<(), RelayError> {
        let mut fresh = Vec::new();
        for name in names.filter(|name| !self.lengths.contains_key(*name)) {
            let path = self.folder.join(name);
            let bytes = length(&path).map_err(|source| RelayError::Log { path, source })?;
            fresh.push(LogFile { name: name.clone(), bytes });
        }
        if !fresh.is_empty() {
            journal.note_log(&fresh, None)?;
            self.lengths.extend(fresh.into_iter().map(|file| (file.name, file.bytes)));
        }
        Ok(())
    }
}

/// The length of a file; an absent one is empty.
fn length(path: &Path) -> io::Result<u64> {
    match std::fs::metadata(path) {
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

fn cut(path: &Path, bytes: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(bytes)?;
    file.sync_all()
}

/// Appends from byte `from` on and waits for the disk; the new length.
fn append_lines(path: &Path, from: u64, events: &[&LoggedEvent]) -> io::Result<u64> {
    let mut lines = Vec::with_capacity(events.iter().map(|event| event.body.len() + 1).sum());
    for event in events {
        lines.extend_from_slice(event.body.as_bytes());
        lines.push(b'\n');
    }
    let is_new = !path.exists();
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    // Somebody who cut the file meanwhile must not leave a hole of zeros in it.
    let from = from.min(file.metadata()?.len());
    file.set_len(from)?;
    file.seek(SeekFrom::Start(from))?;
    file.write_all(&lines)?;
    file.sync_all()?;
    if is_new && let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(from + lines.len() as u64)
}

/// A new file's name is on the disk only with its folder.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::{Durability, NewEvent, Queue, SqliteQueue};
    use std::fs;
    use tanish::time::DAY;

    fn push(queue: &mut SqliteQueue, ids: std::ops::Range<u64>, received: u64) {
        let events: Vec<NewEvent> = ids
            .map(|id| NewEvent {
                message_id: format!("m{id}"),
                visitor: "a:v".into(),
                received,
                body: format!("{{\"messageId\":\"m{id}\"}}"),
                who: crate::queue::Who::default(),
            })
            .collect();
        queue.push_batch(&events, received).unwrap();
    }

    fn lines(folder: &Path, name: &str) -> Vec<String> {
        fs::read_to_string(folder.join(name)).unwrap().lines().map(str::to_owned).collect()
    }

    fn expected(ids: std::ops::Range<u64>) -> Vec<String> {
        ids.map(|id| format!("{{\"messageId\":\"m{id}\"}}")).collect()
    }

    #[test]
    fn a_crash_between_append_and_note_leaves_each_event_once() {
        let folder = tempfile::tempdir().unwrap();
        let open = || SqliteQueue::open(&folder.path().join("q"), Durability::ProcessDeath).unwrap();
        let mut queue = open();
        push(&mut queue, 0..3, 0);
        let mut log = EventLog::open(folder.path().into(), &queue).unwrap();
        log.step(&mut queue).unwrap();
        push(&mut queue, 3..5, 10);
        push(&mut queue, 5..7, DAY);
        // Steps 1 and 2 happen for an old file and a new one, then the process dies in the next write.
        log.append(&queue.unlogged(100).unwrap(), &mut queue).unwrap();
        let torn = OpenOptions::new().append(true).open(folder.path().join("1970-01-02.jsonl"));
        torn.unwrap().write_all(b"{\"messageId\":\"m7").unwrap();
        drop((log, queue));
        let mut queue = open();
        let mut log = EventLog::open(folder.path().into(), &queue).unwrap();
        assert_eq!(lines(folder.path(), "1970-01-01.jsonl"), expected(0..3), "cut back to what was noted");
        assert!(!log.step(&mut queue).unwrap());
        assert_eq!(lines(folder.path(), "1970-01-01.jsonl"), expected(0..5));
        assert_eq!(lines(folder.path(), "1970-01-02.jsonl"), expected(5..7));
        assert!(!log.step(&mut queue).unwrap(), "nothing is left");
        assert_eq!(lines(folder.path(), "1970-01-02.jsonl"), expected(5..7));
    }

    #[test]
    fn a_file_of_another_hand_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1970-01-01.jsonl"), "{\"messageId\":\"old\"}\n").unwrap();
        let mut queue = SqliteQueue::open(&folder.path().join("q"), Durability::ProcessDeath).unwrap();
        push(&mut queue, 0..2, 0);
        let mut log = EventLog::open(folder.path().into(), &queue).unwrap();
        log.append(&queue.unlogged(100).unwrap(), &mut queue).unwrap();
        let mut log = EventLog::open(folder.path().into(), &queue).unwrap();
        log.step(&mut queue).unwrap();
        let mut all = vec!["{\"messageId\":\"old\"}".to_owned()];
        all.extend(expected(0..2));
        assert_eq!(lines(folder.path(), "1970-01-01.jsonl"), all);
    }

    #[test]
    fn long_backlogs_go_in_steps() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = SqliteQueue::open(&folder.path().join("q"), Durability::ProcessDeath).unwrap();
        push(&mut queue, 0..18_000, 0);
        let mut log = EventLog::open(folder.path().into(), &queue).unwrap();
        assert!(log.step(&mut queue).unwrap());
        assert!(log.step(&mut queue).unwrap());
        assert!(!log.step(&mut queue).unwrap());
        assert_eq!(lines(folder.path(), "1970-01-01.jsonl"), expected(0..18_000));
    }

    #[test]
    fn old_days_go_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut queue = SqliteQueue::open(&folder.path().join("q"), Durability::ProcessDeath).unwrap();
        push(&mut queue, 0..2, 0);
        push(&mut queue, 2..4, 3 * DAY);
        fs::write(folder.path().join("notes.jsonl"), "{}\n").unwrap();
        let mut log = EventLog::open(folder.path().into(), &queue).unwrap();
        log.step(&mut queue).unwrap();
        log.forget("1970-01-04", &mut queue).unwrap();
        assert!(!folder.path().join("1970-01-01.jsonl").exists());
        assert!(folder.path().join("notes.jsonl").exists(), "not a day of the log");
        assert_eq!(lines(folder.path(), "1970-01-04.jsonl"), expected(2..4));
        let names: Vec<String> = queue.log_files().unwrap().into_iter().map(|file| file.name).collect();
        assert_eq!(names, ["1970-01-04.jsonl"]);
        push(&mut queue, 4..5, 0);
        log.step(&mut queue).unwrap();
        assert_eq!(
            lines(folder.path(), "1970-01-01.jsonl"),
            expected(4..5),
            "a late event opens its day anew"
        );
    }
}
