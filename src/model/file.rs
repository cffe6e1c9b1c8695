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
    /// The file is none that was asked for.
    #[error("nobody asked for this file")]
    NotAsked,
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

/// The names of the two entries, model first.
pub const ENTRIES: [&str; 2] = ["model/entry.bin", "catalog/entry.bin"];

/// A number as 16 hexadecimal digits; by hand, for formatting it would cost the module half a kilobyte.
struct Hex(u64);

impl core::fmt::Display for Hex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut digits = [0; 16];
        for (at, digit) in digits.iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(self.0 >> (60 - 4 * at)) as usize & 15];
        }
        f.write_str(core::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl core::fmt::Display for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Name::Entry => f.write_str(ENTRIES[0]),
            Name::Rows(generation, RowFile::Head(shard)) => write!(f, "model/{generation}/r{shard}.bin"),
            Name::Rows(generation, RowFile::Tail(shard)) => write!(f, "model/{generation}/t{shard}.bin"),
            Name::CatalogEntry => f.write_str(ENTRIES[1]),
            Name::Cards(generation, shard, 0) => write!(f, "catalog/{generation}/c{shard}.bin"),
            Name::Cards(generation, shard, version) => {
                write!(f, "catalog/{generation}/c{shard}-{}.bin", Hex(*version))
            }
            Name::Top(generation, version) => write!(f, "catalog/{generation}/top-{}.bin", Hex(*version)),
            Name::Pack(generation, packed, pack) => {
                let (family, letter) = packed.family();
                write!(f, "{family}/{generation}/{letter}{pack}.pack")
            }
        }
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
    fn names_are_paths_below_the_site_folder() {
        let generation = String::from("0123456789abcdef");
        let rows = |file| Name::Rows(generation.clone(), file).to_string();
        assert_eq!(rows(RowFile::Head(0)), "model/0123456789abcdef/r0.bin");
        assert_eq!(rows(RowFile::Tail(7)), "model/0123456789abcdef/t7.bin");
        let cards = |version| Name::Cards(generation.clone(), 12, version).to_string();
        assert_eq!(cards(0), "catalog/0123456789abcdef/c12.bin");
        assert_eq!(cards(0xab), "catalog/0123456789abcdef/c12-00000000000000ab.bin");
        let top = Name::Top(generation.clone(), u64::MAX - 1).to_string();
        assert_eq!(top, "catalog/0123456789abcdef/top-fffffffffffffffe.bin");
        let packs = Packed::ALL.map(|packed| Name::Pack(generation.clone(), packed, 3).to_string());
        assert_eq!(packs[0], "model/0123456789abcdef/r3.pack");
        assert_eq!(packs[1], "model/0123456789abcdef/t3.pack");
        assert_eq!(packs[2], "catalog/0123456789abcdef/c3.pack");
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
