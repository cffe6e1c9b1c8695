//! Google Merchant Center's XML feed: RSS 2.0 `item`s or Atom `entry`s.

use super::super::cell::clip;
use super::super::record::{MAX_ROW, Record, Sink};
use super::super::report::Problem;
use super::ProductRows;
use super::guard::Guard;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::BufRead;

/// Deepest nesting of elements.
const MAX_DEPTH: usize = 64;
/// Most different element names in items.
const MAX_COLUMNS: usize = 500;

/// Reads all items. Document types are passed over and no entity but XML's own five and characters by
/// number is ever resolved, so no document can grow beyond its size.
pub(super) fn read(input: Box<dyn BufRead>, rows: &mut ProductRows<'_>) {
    let guard = Guard::new(input, MAX_ROW);
    let (left, line) = (guard.left.clone(), guard.line.clone());
    let mut reader = Reader::from_reader(guard);
    let mut feed = Feed {
        rows,
        columns: Vec::new(),
        record: Record::default(),
        item: None,
        depth: 0,
        text: String::new(),
        cells: Vec::new(),
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        left.set(MAX_ROW);
        let here = line.get();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) if feed.depth > 0 => {
                return feed.rows.fault(here, Problem::BrokenOff, "ends inside an element".into());
            }
            Ok(Event::Eof) => return,
            Ok(event) => {
                if let Err(reason) = feed.event(here, &event) {
                    return feed.rows.fault(here, Problem::BrokenOff, reason);
                }
            }
            Err(error) => {
                return feed.rows.fault(
                    here,
                    Problem::BrokenOff,
                    format!("the rest cannot be read: {error}"),
                );
            }
        }
    }
}

struct Feed<'a, 'b> {
    rows: &'a mut ProductRows<'b>,
    columns: Vec<String>,
    record: Record,
    /// Depth of the item we are in, and the line it began on.
    item: Option<(usize, u64)>,
    depth: usize,
    text: String,
    /// Cells of the item: column, text.
    cells: Vec<(usize, String)>,
}

impl Feed<'_, '_> {
    fn event(&mut self, line: u64, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(format!("elements nested deeper than {MAX_DEPTH}"));
                }
                self.start(line, start);
            }
            Event::Empty(start) => self.link(start),
            Event::End(end) => {
                self.end(local(end.name().as_ref()));
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Text(text) => self.append(text),
            Event::CData(text) => self.append(text),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => self.append(character.encode_utf8(&mut [0; 4])),
                _ => self.append(quick_xml::escape::resolve_xml_entity(reference).unwrap_or_default()),
            },
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, line: u64, start: &BytesStart<'_>) {
        match self.item {
            None if matches!(local(start.name().as_ref()), "item" | "entry") => {
                self.item = Some((self.depth, line));
                self.cells.clear();
            }
            Some((item, _)) if self.depth == item + 1 => {
                self.text.clear();
                self.link(start);
            }
            _ => {}
        }
    }

    /// Atom's `<link href="…"/>`.
    fn link(&mut self, start: &BytesStart<'_>) {
        let Some((item, _)) = self.item else { return };
        let at_top = self.depth == item || self.depth == item + 1;
        if !at_top || local(start.name().as_ref()) != "link" {
            return;
        }
        let attribute = |name: &str| {
            let found = start.try_get_attribute(name).ok().flatten()?;
            quick_xml::escape::unescape(&found.value).ok().map(|value| value.into_owned())
        };
        if attribute("rel").is_none_or(|rel| rel == "alternate")
            && let Some(href) = attribute("href")
        {
            self.cell("link", href);
        }
    }

    fn end(&mut self, name: &str) {
        match self.item {
            Some((item, line)) if self.depth == item => {
                self.item = None;
                self.record.begin(line);
                for (column, text) in self.cells.drain(..) {
                    self.record.set(column, &text);
                }
                self.rows.row(&self.columns, &self.record);
            }
            Some((item, _)) if self.depth == item + 1 => {
                let text = std::mem::take(&mut self.text);
                if !text.trim().is_empty() {
                    self.cell(name, text);
                }
            }
            _ => {}
        }
    }

    fn append(&mut self, text: &str) {
        if self.item.is_some_and(|(item, _)| self.depth == item + 1)
            && self.text.len() + text.len() <= MAX_ROW
        {
            self.text.push_str(text);
        }
    }

    /// The first of several cells of one name stands.
    fn cell(&mut self, name: &str, text: String) {
        let column = match self.columns.iter().position(|column| column == name) {
            Some(column) => column,
            None if self.columns.len() >= MAX_COLUMNS => {
                let line = self.item.map_or(0, |(_, line)| line);
                let reason = || format!("{:?} is beyond {MAX_COLUMNS} different names", clip(name));
                let mended = &mut self.rows.report.mended;
                return mended.entry(Problem::Overlong).or_default().add(self.rows.file, line, reason);
            }
            None => {
                self.columns.push(name.to_owned());
                self.columns.len() - 1
            }
        };
        if !self.cells.iter().any(|(known, _)| *known == column) {
            self.cells.push((column, text));
        }
    }
}

/// A name without its namespace prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
