//! From a path to readable bytes: standard input, gzip, and what the content says it is.

use super::delimited::sniff_delimiter;
use crate::TrainError;
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 64 * 1024;
/// Largest Parquet file taken from standard input or out of gzip, which must be held in memory.
const MAX_HELD: u64 = 2 << 30;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text cells, with this byte between them.
    Delimited(u8),
    /// A JSON object, or one a line.
    Json,
    /// A JSON list.
    JsonList,
    /// XML.
    Xml,
    /// Apache Parquet.
    Parquet,
    /// Nothing.
    Empty,
}

impl Format {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Format::Delimited(b'\t') => "TSV",
            Format::Delimited(_) => "CSV",
            Format::Json => "JSON",
            Format::JsonList => "a JSON list",
            Format::Xml => "XML",
            Format::Parquet => "Parquet",
            Format::Empty => "empty",
        }
    }
}

/// The bytes of a source: a stream, or what Parquet needs to jump about in.
pub(crate) enum Body {
    /// Read once, front to back.
    Stream(Box<dyn BufRead>),
    /// A file on disk.
    File(File),
    /// A file held in memory.
    Held(Bytes),
}

/// An opened input.
pub(crate) struct Source {
    /// Its name for messages; `-` is standard input.
    pub name: String,
    /// What it is.
    pub format: Format,
    /// Its bytes, without gzip.
    pub body: Body,
}

/// Counts the bytes read from disk, over all sources of a run.
#[derive(Clone, Default)]
pub(crate) struct Meter(Rc<Cell<u64>>);

impl Meter {
    /// Bytes so far.
    pub fn read(&self) -> u64 {
        self.0.get()
    }
}

struct Metered<R>(R, Meter);

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        let meter = &self.1.0;
        meter.set(meter.get() + count as u64);
        Ok(count)
    }
}

impl Source {
    /// Opens `path` (`-`: standard input) and looks at what it holds.
    pub fn open(path: &Path, meter: &Meter) -> Result<Source, TrainError> {
        let name = path.display().to_string();
        let failed = |source| TrainError::Read { file: name.clone(), source };
        let raw: Box<dyn Read> = if name == "-" {
            Box::new(io::stdin())
        } else {
            let file = File::open(path).map_err(failed)?;
            if file.metadata().map_err(failed)?.is_dir() {
                return Err(foreign(&name, "a folder", "name the files in it"));
            }
            Box::new(file)
        };
        let metered = BufReader::with_capacity(1 << 18, Metered(raw, meter.clone()));
        let source = Source::sniff(name.clone(), Box::new(metered)).map_err(|error| match error {
            Sniffed::Io(source) => failed(source),
            Sniffed::Foreign(found, mend) => foreign(&name, found, mend),
        })?;
        match source {
            // Straight from disk a Parquet file is read in place rather than held.
            Source { format: Format::Parquet, body: Body::Stream(_), .. } if name != "-" => {
                let file = File::open(path).map_err(failed)?;
                Ok(Source { name, format: Format::Parquet, body: Body::File(file) })
            }
            Source { name, format: Format::Parquet, body: Body::Stream(stream) } => {
                Source::hold(name, stream)
            }
            other => Ok(other),
        }
    }

    /// A source of bytes in memory.
    #[cfg(test)]
    pub fn of(name: &str, bytes: &[u8]) -> Result<Source, TrainError> {
        let stream = Box::new(Cursor::new(bytes.to_vec()));
        let source = Source::sniff(name.to_owned(), stream).map_err(|error| match error {
            Sniffed::Io(source) => TrainError::Read { file: name.to_owned(), source },
            Sniffed::Foreign(found, mend) => foreign(name, found, mend),
        })?;
        match source {
            Source { name, format: Format::Parquet, body: Body::Stream(stream) } => {
                Source::hold(name, stream)
            }
            other => Ok(other),
        }
    }

    fn sniff(name: String, stream: Box<dyn BufRead>) -> Result<Source, Sniffed> {
        let (head, stream) = peek(stream)?;
        if head.starts_with(&[0x1f, 0x8b]) {
            let (head, stream) =
                peek(Box::new(BufReader::with_capacity(1 << 18, MultiGzDecoder::new(stream))))?;
            let format = format_of(&head, &name)?;
            // A zipped Parquet file is never on disk as such: it must be held.
            if format == Format::Parquet {
                return Source::hold(name, stream)
                    .map_err(|_| Sniffed::Foreign("a gzipped Parquet file over 2 GiB", "unzip it first"));
            }
            return Ok(Source { name, format, body: Body::Stream(stream) });
        }
        let format = format_of(&head, &name)?;
        Ok(Source { name, format, body: Body::Stream(stream) })
    }

    fn hold(name: String, stream: Box<dyn BufRead>) -> Result<Source, TrainError> {
        let mut bytes = Vec::new();
        let read = stream.take(MAX_HELD + 1).read_to_end(&mut bytes);
        match read {
            Err(source) => Err(TrainError::Read { file: name, source }),
            Ok(count) if count as u64 > MAX_HELD => {
                Err(foreign(&name, "a Parquet stream over 2 GiB", "give it as a plain file"))
            }
            Ok(_) => Ok(Source { name, format: Format::Parquet, body: Body::Held(Bytes::from(bytes)) }),
        }
    }

    /// The error for a source that is well-formed but of no use where it was given.
    pub fn unwanted(&self, mend: &str) -> TrainError {
        foreign(&self.name, self.format.name(), mend)
    }
}

enum Sniffed {
    Io(io::Error),
    Foreign(&'static str, &'static str),
}

impl From<io::Error> for Sniffed {
    fn from(error: io::Error) -> Sniffed {
        Sniffed::Io(error)
    }
}

fn foreign(file: &str, found: &str, mend: &str) -> TrainError {
    TrainError::Format { file: file.to_owned(), found: found.to_owned(), mend: mend.to_owned() }
}

/// UTF-8's mark at the beginning of a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The first bytes of a stream, and the stream as if they had not been read, both without UTF-8's mark.
fn peek(mut stream: Box<dyn BufRead>) -> io::Result<(Vec<u8>, Box<dyn BufRead>)> {
    let mut head = Vec::new();
    let rest: Box<dyn BufRead> = match (&mut stream).take(HEAD).read_to_end(&mut head) {
        Ok(_) => stream,
        Err(error) if head.is_empty() => return Err(error),
        // Compression broken off inside the head: what came before is still worth reading, and the
        // row reader meets the same error and reports it with its line.
        Err(error) => Box::new(Broken(Some(error))),
    };
    if head.starts_with(MARK) {
        head.drain(..MARK.len());
    }
    Ok((head.clone(), Box::new(Cursor::new(head).chain(rest))))
}

/// The rest of a stream that has failed.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl BufRead for Broken {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.take().map_or(Ok(&[]), Err)
    }

    fn consume(&mut self, _: usize) {}
}

/// What the first bytes say; an empty file is what its name says, if anything.
fn format_of(head: &[u8], name: &str) -> Result<Format, Sniffed> {
    const KNOWN: [(&[u8], &str, &str); 4] = [
        (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
        (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
        (b"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it or export it as CSV"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it or use gzip"),
    ];
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if let Some((_, found, mend)) = KNOWN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(Sniffed::Foreign(found, mend));
    }
    Ok(match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Format::Empty,
        Some(b'{') => Format::Json,
        Some(b'[') => Format::JsonList,
        Some(b'<') => Format::Xml,
        Some(_) => Format::Delimited(sniff_delimiter(head, name.contains(".tsv"))),
    })
}
