//! The chromedriver process behind a browser.

use crate::error::{Error, Result};
use rustix::process::{Pid, Signal};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running chromedriver.
pub struct Driver {
    child: Child,
    /// Where it listens.
    pub url: String,
    // Held open: it may say more.
    _output: BufReader<ChildStdout>,
}

/// A free port may be another's before chromedriver has it for IPv6 too.
const ATTEMPTS: usize = 8;

impl Driver {
    /// Starts chromedriver on a free port.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn start() -> Result<Self> {
        for _ in 0..ATTEMPTS {
            if let Some(driver) = Self::attempt()? {
                return Ok(driver);
            }
        }
        Err(Error::Setup("chromedriver ended before it named its port".to_owned()))
    }

    fn attempt() -> Result<Option<Self>> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| {
                let mend = "run `cargo xtask test`, which installs it";
                Error::Setup(format!("chromedriver does not start ({source}): {mend}"))
            })?;
        let Some(mut output) = child.stdout.take().map(BufReader::new) else { return Ok(None) };
        let port = output.by_ref().lines().map_while(std::io::Result::ok).find_map(|line| port_in(&line));
        let Some(port) = port else {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(None);
        };
        Ok(Some(Self { child, url: format!("http://127.0.0.1:{port}"), _output: output }))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The browser that chromedriver started: it would outlive chromedriver.
pub struct Process(Pid);

impl Process {
    /// The process chromedriver named.
    ///
    /// # Errors
    /// When it named none.
    pub fn new(id: Option<i64>) -> Result<Self> {
        id.and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
            .map(Self)
            .ok_or_else(|| Error::Setup("chromedriver names no process: a newer one is needed".to_owned()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Chromedriver is still its parent, so the number cannot belong to another process yet.
        let _ = rustix::process::kill_process(self.0, Signal::KILL);
    }
}

/// Reads `… was started successfully on port 12345.`
fn port_in(line: &str) -> Option<u16> {
    line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_port_is_read_from_the_greeting() {
        assert_eq!(super::port_in("ChromeDriver was started successfully on port 45915."), Some(45915));
        assert_eq!(super::port_in("Starting ChromeDriver 156 on port 0"), None);
    }
}
