//! A bound on what a document can make a parser hold.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

/// Counts lines, and refuses single pieces (of markup, of text, a product) beyond a bound.
pub(super) struct Guard {
    inner: Box<dyn BufRead>,
    most: usize,
    /// Bytes that the piece at hand may still have; the reader sets it anew for every piece.
    pub left: Rc<Cell<usize>>,
    /// Line of the next byte.
    pub line: Rc<Cell<u64>>,
}

impl Guard {
    /// For pieces of at most `most` bytes.
    pub fn new(inner: Box<dyn BufRead>, most: usize) -> Guard {
        Guard { inner, most, left: Rc::new(Cell::new(most)), line: Rc::new(Cell::new(1)) }
    }
}

impl Read for Guard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Guard {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left.get() == 0 {
            return Err(io::Error::other(format!("a piece of more than {} bytes", self.most)));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let lines = self
            .inner
            .fill_buf()
            .map_or(0, |bytes| bytes.iter().take(count).filter(|&&byte| byte == b'\n').count() as u64);
        self.line.set(self.line.get() + lines);
        self.left.set(self.left.get().saturating_sub(count));
        self.inner.consume(count);
    }
}
