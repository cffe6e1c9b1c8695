//! Where things lie in the repository.

use crate::error::Error;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The npm package: what `build` fills and `size` weighs.
pub fn package() -> PathBuf {
    root().join("pkg")
}

/// Reads a text file.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(Error::io(path))
}

/// Writes a file whole or not at all: a server may be reading the folder.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(Error::io(folder))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(Error::io(folder))?;
    std::io::Write::write_all(&mut file, bytes).map_err(Error::io(path))?;
    readable_by_all(file.path())?;
    file.persist(path).map_err(|error| Error::Io { path: path.to_path_buf(), source: error.error })?;
    Ok(())
}

/// A temporary file is private to its owner; a shipped one is not.
#[cfg(unix)]
fn readable_by_all(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(path, mode).map_err(Error::io(path))
}

#[cfg(not(unix))]
fn readable_by_all(_path: &Path) -> Result<(), Error> {
    Ok(())
}
