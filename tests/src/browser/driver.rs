//! The processes behind a browser: its WebDriver, and for WebKit a display.

use super::engine::{Engine, find};
use crate::error::{Error, Result};
use rustix::process::{Pid, Signal};
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A running WebDriver.
pub struct Driver {
    process: Held,
    /// Where it listens.
    pub url: String,
    // Held open: it may say more.
    _output: BufReader<ChildStdout>,
    // After the driver: a browser without its display dies.
    _display: Option<Display>,
}

/// A free port may be another's before the driver has it for IPv6 too.
const ATTEMPTS: usize = 8;

impl Driver {
    /// Starts the driver of an engine on a free port.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn start(engine: Engine) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            if let Some(driver) = Self::attempt(engine)? {
                return Ok(driver);
            }
        }
        Err(Error::Setup(format!("{} ended before it listened", engine.driver())))
    }

    fn attempt(engine: Engine) -> Result<Option<Self>> {
        let display = (engine == Engine::WebKit).then(Display::start).transpose()?;
        let mut command = Command::new(program(engine.driver())?);
        let mut promised = None;
        match engine {
            Engine::Chromium => command.arg("--port=0"),
            Engine::Firefox => command.args(["--port", "0"]),
            Engine::WebKit => {
                let port = free_port()?;
                promised = Some(port);
                command.arg(format!("--port={port}"))
            }
        };
        if let Some(display) = &display {
            // No accessibility bus and no shared compositor: neither exists where tests run.
            command.env("DISPLAY", &display.name).env("NO_AT_BRIDGE", "1").env("GDK_BACKEND", "x11");
            command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
        }
        let mut process = Held::spawn(&mut command)?;
        let Some(mut output) = process.0.stdout.take().map(BufReader::new) else { return Ok(None) };
        let port = match promised {
            Some(port) => process.listens(port).then_some(port),
            None => output.by_ref().lines().map_while(std::io::Result::ok).find_map(|line| port_in(&line)),
        };
        let Some(port) = port else { return Ok(None) };
        let url = format!("http://127.0.0.1:{port}");
        Ok(Some(Self { process, url, _output: output, _display: display }))
    }

    /// Ends it, and what it started where it does so itself.
    pub fn end(self) {
        drop(self.process);
    }
}

/// A process that ends with its owner.
struct Held(Child);

impl Held {
    fn spawn(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        piped.spawn().map(Self).map_err(|source| Error::Setup(format!("{name} does not start: {source}")))
    }

    /// Whether the process comes to listen there; no if it ends before.
    fn listens(&mut self, port: u16) -> bool {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return true;
            }
            if !matches!(self.0.try_wait(), Ok(None)) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An X display nobody sees.
struct Display {
    _process: Held,
    /// As in `DISPLAY`.
    name: String,
}

impl Display {
    fn start() -> Result<Self> {
        let mut command = Command::new(program("Xvfb")?);
        command.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]);
        let mut process = Held::spawn(&mut command)?;
        let mut number = String::new();
        let said = process.0.stdout.take().map(|output| BufReader::new(output).read_line(&mut number));
        match (said, number.trim().parse::<u16>()) {
            (Some(Ok(_)), Ok(number)) => Ok(Self { _process: process, name: format!(":{number}") }),
            _ => Err(Error::Setup("Xvfb ended before it named its display".to_owned())),
        }
    }
}

fn program(name: &str) -> Result<std::path::PathBuf> {
    find(name).ok_or_else(|| {
        Error::Setup(format!("{name} is not installed: run `cargo xtask test`, which installs it"))
    })
}

fn free_port() -> Result<u16> {
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    Ok(free.map_err(Error::io("127.0.0.1:0"))?.port())
}

/// The browser a driver started: it would outlive the driver.
pub struct Process(Pid);

impl Process {
    /// The process the driver named.
    ///
    /// # Errors
    /// When it named none.
    pub fn new(id: Option<i64>) -> Result<Self> {
        id.and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
            .map(Self)
            .ok_or_else(|| Error::Setup("the driver names no process: a newer one is needed".to_owned()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The driver is still its parent, so the number cannot belong to another process yet.
        let _ = rustix::process::kill_process(self.0, Signal::KILL);
    }
}

/// Reads chromedriver's `… was started successfully on port 12345.` and geckodriver's `Listening on 127.0.0.1:12345`.
fn port_in(line: &str) -> Option<u16> {
    let after = line
        .rsplit_once("successfully on port ")
        .or_else(|| line.rsplit_once("Listening on 127.0.0.1:"))
        .map(|(_, after)| after)?;
    after.trim_end().trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_port_is_read_from_the_greeting() {
        assert_eq!(super::port_in("ChromeDriver was started successfully on port 45915."), Some(45915));
        assert_eq!(super::port_in("Starting ChromeDriver 156 on port 0"), None);
        let gecko = "1795340213124\tgeckodriver\tINFO\tListening on 127.0.0.1:39247";
        assert_eq!(super::port_in(gecko), Some(39247));
    }
}
