//! What a page is made of: figures, tables, charts, sentences. Text only: what stands in it is escaped by
//! the template, and by [`chart`](super::chart) where it becomes a picture.

use serde::Serialize;

/// A part of the page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Section {
    /// Its address in the page.
    pub id: &'static str,
    pub title: &'static str,
    /// What it is about, and where its numbers come from.
    pub lead: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Block {
    Figures {
        figures: Vec<Figure>,
    },
    Table(Table),
    /// A picture with its numbers behind it.
    Chart {
        svg: String,
        caption: String,
        table: Table,
    },
    Heading {
        text: String,
        hint: String,
    },
    Verdict {
        tone: String,
        label: &'static str,
        says: String,
        not: String,
    },
    /// Why there is nothing to show, and what would make it show.
    Empty {
        text: String,
    },
}

/// One number.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    pub label: String,
    pub value: String,
    /// What it is, by which formula, from which source.
    pub hint: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Table {
    pub title: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Column {
    pub label: String,
    pub hint: String,
    pub numeric: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cell {
    pub text: String,
    /// How strongly it is shaded, 0 to 9; absent: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heat: Option<u8>,
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell { text, heat: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        text.to_owned().into()
    }
}

pub(crate) fn figure(label: &str, value: String, hint: &str) -> Figure {
    Figure { label: label.into(), value, hint: hint.into() }
}

/// A column of words.
pub(crate) fn words(label: &str, hint: &str) -> Column {
    Column { label: label.into(), hint: hint.into(), numeric: false }
}

/// A column of numbers.
pub(crate) fn numbers(label: &str, hint: &str) -> Column {
    Column { label: label.into(), hint: hint.into(), numeric: true }
}

/// A table, or the sentence that stands for one without rows.
pub(crate) fn table(title: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>, empty: &str) -> Block {
    if rows.is_empty() {
        Block::Empty { text: format!("{title}: {empty}") }
    } else {
        Block::Table(Table { title: title.into(), columns, rows })
    }
}

pub(crate) fn heading(text: &str, hint: &str) -> Block {
    Block::Heading { text: text.into(), hint: hint.into() }
}
