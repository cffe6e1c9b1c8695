//! What all files share: their names, the header, the error.

use super::{Packed, RowFile};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// First four bytes of every file.
const MAGIC: [u8; 4] = *b"tnsh";
/// Version of all formats; a reader takes exactly its own.
const VERSION: u8 = 2;
/// Bytes before the body.
const HEADER: usize = 6;

/// What a file is, as its header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum FileKind {
    /// [`super::Entry`]
    Entry = 1,
    /// [`super::RowShard`]
    Rows = 3,
    /// [`super::CatalogEntry`]
    CatalogEntry = 4,
    /// [`super::CardShard`]
    Cards = 5,
    /// [`super::TopCards`]
    TopCards = 6,
    /// [`super::Pack`]
    Pack = 7,
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
    /// A row shard of a model generation.
    Rows(String, RowFile),
    /// The catalogue's entry.
    CatalogEntry,
    /// A card shard of a catalogue generation, and its version: 0 as first published, else a hash.
    Cards(String, u32, u64),
    /// The cards of the most popular products of a catalogue generation, and their version.
    Top(String, u64),
    /// Many shards of a generation in one file.
    Pack(String, Packed, u32),
}

impl core::fmt::Display for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Name::Entry => f.write_str("model/entry.bin"),
            Name::Rows(generation, RowFile::Head(shard)) => write!(f, "model/{generation}/r{shard}.bin"),
            Name::Rows(generation, RowFile::Tail(shard)) => write!(f, "model/{generation}/t{shard}.bin"),
            Name::CatalogEntry => f.write_str("catalog/entry.bin"),
            Name::Cards(generation, shard, 0) => write!(f, "catalog/{generation}/c{shard}.bin"),
            Name::Cards(generation, shard, version) => {
                write!(f, "catalog/{generation}/c{shard}-{version:016x}.bin")
            }
            Name::Top(generation, version) => write!(f, "catalog/{generation}/top-{version:016x}.bin"),
            Name::Pack(generation, packed, pack) => {
                let (family, letter) = packed.family();
                write!(f, "{family}/{generation}/{letter}{pack}.pack")
            }
        }
    }
}

impl core::str::FromStr for Name {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Name, ModelError> {
        match text {
            "model/entry.bin" => Some(Name::Entry),
            "catalog/entry.bin" => Some(Name::CatalogEntry),
            _ => shard_name(text),
        }
        .ok_or(ModelError::UnknownName)
    }
}

fn shard_name(text: &str) -> Option<Name> {
    let (folder, file) = text.rsplit_once('/')?;
    let (family, generation) = folder.split_once('/')?;
    check_generation(generation).ok()?;
    let generation = generation.to_owned();
    let (stem, kind) = file.split_once('.')?;
    let letter = stem.get(..1)?;
    let number = |digits: &str| digits.parse().ok();
    if kind == "pack" {
        let packed = Packed::ALL.into_iter().find(|packed| packed.family() == (family, letter))?;
        return Some(Name::Pack(generation, packed, number(&stem[1..])?));
    }
    if kind != "bin" {
        return None;
    }
    let (stem, version) = match stem.split_once('-') {
        Some((stem, version)) => (stem, u64::from_str_radix(version, 16).ok()?),
        None => (stem, 0),
    };
    match (family, letter) {
        ("catalog", "t") if stem == "top" => Some(Name::Top(generation, version)),
        ("catalog", "c") => Some(Name::Cards(generation, number(&stem[1..])?, version)),
        ("model", "r") => Some(Name::Rows(generation, RowFile::Head(number(&stem[1..])?))),
        ("model", "t") => Some(Name::Rows(generation, RowFile::Tail(number(&stem[1..])?))),
        _ => None,
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
            Name::Rows(generation.clone(), RowFile::Head(0)),
            Name::Rows(generation.clone(), RowFile::Tail(7)),
            Name::Cards(generation.clone(), 12, 0),
            Name::Cards(generation.clone(), 12, 0xab),
            Name::Top(generation.clone(), 1 << 60),
            Name::Pack(generation.clone(), Packed::Head, 0),
            Name::Pack(generation.clone(), Packed::Tail, 3),
            Name::Pack(generation, Packed::Cards, 9),
        ] {
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for foreign in [
            "",
            "model/x.bin",
            "model/0123456789/b/r1.bin",
            "model/0123456789/q1.bin",
            "model/0123456789/.bin",
            "catalog/0123456789/r1.bin",
            "other/0123456789/r1.bin",
            "model/../r1.bin",
            "model/0123456789/r1.pack.gz",
        ] {
            assert_eq!(foreign.parse::<Name>(), Err(ModelError::UnknownName), "{foreign}");
        }
    }

    #[test]
    fn headers_are_checked() {
        let bytes = encode(FileKind::Cards, &7u32).unwrap();
        assert_eq!(decode::<u32>(FileKind::Cards, &bytes), Ok(7));
        assert_eq!(decode::<u32>(FileKind::Rows, &bytes), Err(ModelError::Foreign(FileKind::Rows)));
        assert_eq!(decode::<u32>(FileKind::Cards, &bytes[..3]), Err(ModelError::Foreign(FileKind::Cards)));
        let mut newer = bytes.clone();
        newer[5] = 9;
        assert_eq!(decode::<u32>(FileKind::Cards, &newer), Err(ModelError::Version { found: 9 }));
        let mut longer = bytes;
        longer.push(0);
        assert!(decode::<u32>(FileKind::Cards, &longer).is_err());
    }
}
