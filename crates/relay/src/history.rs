//! One customer's events in the log: read for a timeline, cut out on request.

use serde_json::Value;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Longest line that is read: an event is no longer, and a file of another hand may hold anything.
const LONGEST_LINE: u64 = 1024 * 1024;

/// Whose events are looked for.
#[derive(Debug, Clone, Default)]
pub struct Whose {
    /// `anonymousId`s.
    pub visitors: HashSet<String>,
    /// `userId`s.
    pub customers: HashSet<String>,
}

impl Whose {
    fn owns(&self, event: &Value) -> bool {
        let is =
            |field: &str, set: &HashSet<String>| event[field].as_str().is_some_and(|id| set.contains(id));
        match event["userId"].as_str() {
            // Somebody else signed in at the same browser: not this customer's.
            Some(other) => {
                self.customers.contains(other)
                    || (self.customers.is_empty() && is("anonymousId", &self.visitors))
            }
            None => is("anonymousId", &self.visitors),
        }
    }

    /// Whether a line can hold one of the ids: parsing every line of a long log would take minutes.
    fn may_own(&self, line: &[u8]) -> bool {
        let holds = |id: &String| {
            let id = Value::from(id.as_str()).to_string();
            let id = id.trim_matches('"').as_bytes();
            memchr::memmem::find(line, id).is_some()
        };
        self.visitors.iter().chain(&self.customers).any(holds)
    }

    fn is_line(&self, line: &[u8]) -> Option<Value> {
        if !self.may_own(line) {
            return None;
        }
        serde_json::from_slice(line).ok().filter(|event| self.owns(event))
    }
}

/// The log's files, oldest first.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A customer's events in order of receipt: the last `limit` of them, and whether there are more.
pub fn timeline(folder: &Path, whose: &Whose, limit: usize) -> io::Result<(Vec<Value>, bool)> {
    let mut found = std::collections::VecDeque::new();
    let mut more = false;
    for path in files(folder)? {
        each_line(&path, |line| {
            if let Some(event) = whose.is_line(line) {
                found.push_back(event);
                if found.len() > limit {
                    found.pop_front();
                    more = true;
                }
            }
            Ok(())
        })?;
    }
    Ok((found.into(), more))
}

/// Writes a file anew without a customer's events; how many went and how long it is now. The new file takes the
/// place of the old in one step.
pub fn cut_out(path: &Path, whose: &Whose) -> io::Result<Option<(usize, u64)>> {
    let mut gone = 0;
    each_line(path, |line| {
        gone += usize::from(whose.is_line(line).is_some());
        Ok(())
    })?;
    if gone == 0 {
        return Ok(None);
    }
    let beside = path.with_extension("jsonl.new");
    let mut out = BufWriter::new(File::create(&beside)?);
    let mut length = 0;
    each_line(path, |line| {
        if whose.is_line(line).is_some() {
            return Ok(());
        }
        length += line.len() as u64;
        out.write_all(line)
    })?;
    out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    std::fs::rename(&beside, path)?;
    Ok(Some((gone, length)))
}

/// Each line with its end.
fn each_line(path: &Path, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    use io::Read as _;
    let mut reader = BufReader::with_capacity(256 * 1024, File::open(path)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        each(&line)?;
    }
}
