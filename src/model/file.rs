//! What all files share: their names, the header, the error.

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// First four bytes of every file.
const MAGIC: [u8; 4] = *b"tnsh";
/// Version of all formats; a reader takes exactly its own.
const VERSION: u8 = 1;
/// Bytes before the body.
const HEADER: usize = 6;

/// What a file is, as its header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum FileKind {
    /// [`super::Entry`]
    Entry = 1,
    /// [`super::IndexShard`]
    Index = 2,
    /// [`super::RowShard`]
    Rows = 3,
    /// [`super::CatalogEntry`]
    CatalogEntry = 4,
    /// [`super::CardShard`]
    Cards = 5,
    /// [`super::TopCards`]
    TopCards = 6,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The header is missing or foreign.
    #[error(
        "not a tanish file of kind {0:?}: run `tanish train` again or check what the server sends for it"
    )]
    Foreign(FileKind),
    /// Written by another version.
    #[error("format version {found}, this build reads {VERSION}: publish script and model together")]
    Version {
        /// The version in the file.
        found: u8,
    },
    /// The body breaks its own rules.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// The name is none of a site folder.
    #[error("unknown file name")]
    UnknownName,
}

/// Body of a file after its header was checked.
pub(super) fn body(kind: FileKind, bytes: &[u8]) -> Result<&[u8], ModelError> {
    let (header, body) = bytes.split_at_checked(HEADER).ok_or(ModelError::Foreign(kind))?;
    if header[..4] != MAGIC || header[4] != kind as u8 {
        return Err(ModelError::Foreign(kind));
    }
    if header[5] != VERSION {
        return Err(ModelError::Version { found: header[5] });
    }
    Ok(body)
}

/// The header of a file.
pub(super) fn header(kind: FileKind) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([kind as u8, VERSION]);
    bytes
}

/// Writes a structured file: header, then postcard.
pub fn encode<T: Serialize>(kind: FileKind, value: &T) -> Result<Vec<u8>, ModelError> {
    let mut bytes = header(kind);
    bytes.extend(postcard::to_allocvec(value).map_err(|_| ModelError::Damaged("cannot be encoded"))?);
    Ok(bytes)
}

/// Reads a structured file. Bytes after the value are an error.
pub fn decode<T: DeserializeOwned>(kind: FileKind, bytes: &[u8]) -> Result<T, ModelError> {
    match postcard::take_from_bytes(body(kind, bytes)?) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(ModelError::Damaged("bytes after the end")),
        Err(_) => Err(ModelError::Damaged("cut short or scrambled")),
    }
}

/// The name of a file, relative to the site folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// The model's entry.
    Entry,
    /// An index shard of a model generation.
    Index(String, u32),
    /// A row shard of a model generation.
    Rows(String, u32),
    /// The catalogue's entry.
    CatalogEntry,
    /// A card shard of a catalogue generation.
    Cards(String, u32),
    /// The cards of the most popular products of a catalogue generation.
    Top(String),
}

impl core::fmt::Display for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Name::Entry => f.write_str("model/entry.bin"),
            Name::Index(generation, shard) => write!(f, "model/{generation}/i{shard}.bin"),
            Name::Rows(generation, shard) => write!(f, "model/{generation}/r{shard}.bin"),
            Name::CatalogEntry => f.write_str("catalog/entry.bin"),
            Name::Cards(generation, shard) => write!(f, "catalog/{generation}/c{shard}.bin"),
            Name::Top(generation) => write!(f, "catalog/{generation}/top.bin"),
        }
    }
}

impl core::str::FromStr for Name {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Name, ModelError> {
        match text {
            "model/entry.bin" => return Ok(Name::Entry),
            "catalog/entry.bin" => return Ok(Name::CatalogEntry),
            _ => {}
        }
        let mut parts = text.strip_suffix(".bin").ok_or(ModelError::UnknownName)?.split('/');
        let (Some(family), Some(generation), Some(file), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ModelError::UnknownName);
        };
        let generation = generation.to_owned();
        let number = |prefix: char| file.strip_prefix(prefix).and_then(|digits| digits.parse().ok());
        match family {
            "catalog" if file == "top" => Some(Name::Top(generation)),
            "catalog" => number('c').map(|shard| Name::Cards(generation, shard)),
            "model" => number('i')
                .map(|shard| Name::Index(generation.clone(), shard))
                .or_else(|| number('r').map(|shard| Name::Rows(generation, shard))),
            _ => None,
        }
        .ok_or(ModelError::UnknownName)
    }
}

/// A generation is a folder name: short, lower-case hexadecimal, so no path can hide in it.
pub(super) fn check_generation(generation: &str) -> Result<(), ModelError> {
    let fits = (8..=64).contains(&generation.len())
        && generation.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if fits { Ok(()) } else { Err(ModelError::Damaged("generation is not lower-case hexadecimal")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        let generation = String::from("0123456789abcdef");
        for name in [
            Name::Entry,
            Name::CatalogEntry,
            Name::Index(generation.clone(), 7),
            Name::Rows(generation.clone(), 0),
            Name::Cards(generation.clone(), 12),
            Name::Top(generation),
        ] {
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for foreign in
            ["", "model/x.bin", "model/a/b/c.bin", "model/a/q1.bin", "catalog/a/i1.bin", "other/a/i1.bin"]
        {
            assert_eq!(foreign.parse::<Name>(), Err(ModelError::UnknownName), "{foreign}");
        }
    }

    #[test]
    fn headers_are_checked() {
        let bytes = encode(FileKind::Index, &7u32).unwrap();
        assert_eq!(decode::<u32>(FileKind::Index, &bytes), Ok(7));
        assert_eq!(decode::<u32>(FileKind::Rows, &bytes), Err(ModelError::Foreign(FileKind::Rows)));
        assert_eq!(decode::<u32>(FileKind::Index, &bytes[..3]), Err(ModelError::Foreign(FileKind::Index)));
        let mut newer = bytes.clone();
        newer[5] = 9;
        assert_eq!(decode::<u32>(FileKind::Index, &newer), Err(ModelError::Version { found: 9 }));
        let mut longer = bytes;
        longer.push(0);
        assert!(decode::<u32>(FileKind::Index, &longer).is_err());
    }
}
