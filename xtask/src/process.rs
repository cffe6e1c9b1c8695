//! Starting other programs.

use crate::error::Error;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

/// The command line, for messages.
fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

fn spawn_error(command: &Command, source: std::io::Error) -> Error {
    if source.kind() == ErrorKind::NotFound {
        let tool = command.get_program().to_string_lossy().into_owned();
        return Error::MissingTool { tool, mend: "install it and put it on PATH".to_owned() };
    }
    Error::Spawn { command: line(command), source }
}

fn ended(command: &Command, status: ExitStatus) -> Result<(), Error> {
    if status.success() { Ok(()) } else { Err(Error::Failed { command: line(command), status }) }
}

/// Runs a command with this process's streams.
///
/// # Errors
/// When it cannot be started or ends with an error.
pub fn run(command: &mut Command) -> Result<(), Error> {
    let status = command.status().map_err(|source| spawn_error(command, source))?;
    ended(command, status)
}

/// Runs a command and returns what it wrote to standard output; its complaints stay visible.
///
/// # Errors
/// When it cannot be started or ends with an error.
pub fn output(command: &mut Command) -> Result<Vec<u8>, Error> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|source| spawn_error(command, source))?;
    ended(command, output.status)?;
    Ok(output.stdout)
}

/// Starts a command, lets `follow` go along with it to its end, and returns what that found.
///
/// # Errors
/// When it cannot be started, followed, or ends with an error.
pub fn watch<T>(
    command: &mut Command,
    follow: impl FnOnce(&mut Child) -> std::io::Result<T>,
) -> Result<T, Error> {
    let mut child = command.spawn().map_err(|source| spawn_error(command, source))?;
    let found = follow(&mut child).map_err(|source| Error::Spawn { command: line(command), source })?;
    let status = child.wait().map_err(|source| Error::Spawn { command: line(command), source })?;
    ended(command, status)?;
    Ok(found)
}

/// The first of `names` that is on PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
    })
}

/// The cargo that runs this task.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::workspace::root());
    // Set by the outer `cargo run` for this package alone; an inner build must not see them.
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_CRATE_NAME"
        {
            command.env_remove(&key);
        }
    }
    command
}
