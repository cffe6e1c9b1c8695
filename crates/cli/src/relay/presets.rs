//! `tanish relay presets`: whom the relay can talk to.

use std::error::Error;
use std::io::{self, Write};
use tanish_relay::preset::{builtin, names, source};

pub fn run(show: Option<&str>) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    if let Some(name) = show {
        let text =
            source(name).ok_or_else(|| format!("there is no preset {name:?}: see `tanish relay presets`"))?;
        return Ok(out.write_all(text.as_bytes())?);
    }
    let width = names().map(str::len).max().unwrap_or(0);
    for name in names() {
        let Some(preset) = builtin(name)? else { continue };
        writeln!(out, "{name:width$}  {:13}  {}: {}", preset.promise.words(), preset.title, preset.because)?;
    }
    Ok(())
}
