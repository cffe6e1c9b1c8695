//! One relay per data folder: two would send every event twice.

use crate::RelayError;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Held as long as the folder is in use. The system lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, which must exist.
    pub fn take(folder: &Path) -> Result<FolderLock, RelayError> {
        let path = folder.join("relay.lock");
        let file = File::create(&path).map_err(|source| RelayError::Folder { path: path.clone(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(RelayError::InUse { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(RelayError::Folder { path, source }),
        }
    }
}
