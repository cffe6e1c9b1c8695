//! The one shape in which every table is read: named columns, rows of text cells.

use super::report::Problem;

/// Longest row of any format, in bytes.
pub(crate) const MAX_ROW: usize = 1 << 20;

/// One row: text cells by column number.
#[derive(Debug, Default, Clone)]
pub struct Record {
    /// Line it starts on (row in Parquet), from 1.
    pub line: u64,
    text: String,
    cells: Vec<(u32, u32)>,
}

impl Record {
    /// Empties the row for reuse.
    pub fn begin(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.cells.clear();
    }

    /// Sets a cell.
    pub fn set(&mut self, column: usize, text: &str) {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, (0, 0));
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.cells[column] = (start as u32, self.text.len() as u32);
    }

    /// A cell without blanks around it; `None` when it is empty or absent.
    pub fn get(&self, column: usize) -> Option<&str> {
        let &(start, end) = self.cells.get(column)?;
        let text = self.text.get(start as usize..end as usize)?.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// Takes the rows of a table, one by one.
pub trait Sink {
    /// A row. `columns` only ever grows while one file is read.
    fn row(&mut self, columns: &[String], record: &Record);
    /// Whether a column is worth reading; those that are not may have no cells.
    fn wants(&self, _column: &str) -> bool {
        true
    }
    /// A row that is none.
    fn fault(&mut self, line: u64, problem: Problem, reason: String);
}

/// A name as it is compared: letter case, blanks, `_` and `-` do not matter.
pub fn plain_name(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}
