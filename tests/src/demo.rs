//! The demo shop, by the command a newcomer runs.

use crate::error::{Error, Result};
use crate::{package, repository};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long the demo may take to train and open.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `tanish demo` on a port of its own; it ends with this value.
pub struct DemoShop {
    home: String,
    // Dropped in this order: the process, the pipe it writes to, the folder it works in.
    _process: Child,
    _output: Lines<BufReader<ChildStdout>>,
    _data: TempDir,
}

impl DemoShop {
    /// Starts the command and waits until it says where the shop is.
    ///
    /// # Errors
    /// When the command is not built or does not open.
    pub async fn open() -> Result<Self> {
        let data = TempDir::with_prefix("tanish-demo-").map_err(Error::io(std::env::temp_dir()))?;
        let mut process = Command::new(binary()?)
            .args(["demo", "--port", "0", "--data"])
            .arg(data.path())
            .arg("--www")
            .arg(repository().join("www"))
            .arg("--widget")
            .arg(package()?)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::io("tanish demo"))?;
        let stdout =
            process.stdout.take().ok_or_else(|| Error::Setup("tanish demo: no output".to_owned()))?;
        let mut output = BufReader::new(stdout).lines();
        let home = tokio::time::timeout(PATIENCE, address(&mut output))
            .await
            .map_err(|_| Error::Setup("tanish demo did not open".to_owned()))??;
        Ok(Self { home, _process: process, _output: output, _data: data })
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.home)
    }
}

async fn address(output: &mut Lines<BufReader<ChildStdout>>) -> Result<String> {
    while let Some(line) = output.next_line().await.map_err(Error::io("tanish demo"))? {
        if let Some(home) = line.strip_prefix("The shop is open: ") {
            return Ok(home.to_owned());
        }
    }
    Err(Error::Setup("tanish demo ended before it opened".to_owned()))
}

/// The command, which cargo builds beside the tests.
fn binary() -> Result<std::path::PathBuf> {
    let test = std::env::current_exe().map_err(Error::io("this test"))?;
    let folder = test.ancestors().nth(2).unwrap_or(&test);
    let binary = folder.join(format!("tanish{}", std::env::consts::EXE_SUFFIX));
    if binary.is_file() {
        Ok(binary)
    } else {
        Err(Error::Setup(format!("{} is not there: run `cargo build -p tanish-cli`", binary.display())))
    }
}
