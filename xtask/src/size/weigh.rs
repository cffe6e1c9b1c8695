//! The weight of a file: as it is, and as a server sends it.

use crate::error::Error;
use serde::Deserialize;
use std::io::Write as _;
use std::path::Path;

/// Bytes of one file or of several.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Weight {
    /// Uncompressed.
    pub raw: u64,
    /// After gzip at level 9.
    pub gzip: u64,
    /// After brotli at quality 11.
    pub brotli: u64,
}

impl std::ops::AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}

/// Compresses and counts.
///
/// # Errors
/// When a compressor fails, which in memory it does not.
pub fn weigh(bytes: &[u8]) -> Result<Weight, Error> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).map_err(Error::io("gzip"))?;
    let gzip = gzip.finish().map_err(Error::io("gzip"))?;

    let mut brotli = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut brotli, &params).map_err(Error::io("brotli"))?;
    Ok(Weight { raw: bytes.len() as u64, gzip: gzip.len() as u64, brotli: brotli.len() as u64 })
}

#[derive(Deserialize)]
struct Manifest {
    files: Vec<String>,
}

/// The files that npm would ship, by name, sorted: what `files` of `package.json` matches.
///
/// # Errors
/// When the manifest or the folder cannot be read.
pub fn shipped(package: &Path) -> Result<Vec<String>, Error> {
    let path = package.join("package.json");
    let manifest: Manifest = serde_json::from_str(&crate::workspace::read(&path)?)
        .map_err(|error| Error::Message(format!("{}: {error}", path.display())))?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(package).map_err(Error::io(package))? {
        let name = entry.map_err(Error::io(package))?.file_name().to_string_lossy().into_owned();
        if manifest.files.iter().any(|pattern| super::budget::matches(pattern, &name)) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_weights_shrink_what_repeats() {
        let weight = weigh(&b"tanish ".repeat(1000)).unwrap();
        assert_eq!(weight.raw, 7000);
        assert!(weight.gzip < 100 && weight.brotli < weight.gzip, "{weight:?}");
    }
}
