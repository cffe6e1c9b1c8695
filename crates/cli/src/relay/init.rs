//! `tanish relay init`: a commented configuration to start from.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use tanish_relay::preset::{Preset, Transport, builtin, names};

#[derive(clap::Args)]
pub struct Args {
    /// The preset, as `tanish relay presets` names it
    preset: String,
    /// Print it instead of writing the file
    #[arg(long)]
    print: bool,
}

pub fn run(args: &Args, config: &Path) -> Result<(), Box<dyn Error>> {
    let Some(preset) = builtin(&args.preset)? else {
        let known: Vec<&str> = names().collect();
        return Err(format!("there is no preset {:?}; use one of: {}", args.preset, known.join(", ")).into());
    };
    let destination = destination(&preset)?;
    let mut out = io::stdout().lock();
    if args.print {
        return Ok(write!(out, "{}{destination}", head())?);
    }
    if config.exists() {
        return Err(format!(
            "{} is there already: take what you need from `tanish relay init {} --print`",
            config.display(),
            args.preset
        )
        .into());
    }
    std::fs::write(config, format!("{}{destination}", head()))
        .map_err(|error| format!("cannot write {}: {error}", config.display()))?;
    writeln!(out, "wrote {}; fill it in, then: tanish relay test {}", config.display(), preset.name)?;
    Ok(())
}

fn head() -> &'static str {
    "\
# Where the relay listens. Put a proxy with TLS before it.
listen = \"127.0.0.1:8787\"
# The queue and the event log are kept here.
data = \"relay-data\"
# Pages that may send events, besides those of the relay's own host.
origins = []
# Names the relay itself is reached by, without port.
hosts = []
"
}

fn destination(preset: &Preset) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(
        out,
        "\n# {}. An event reaches it {}: {}.",
        preset.title,
        preset.promise.words(),
        preset.because
    )?;
    for note in &preset.notes {
        writeln!(out, "# - {note}")?;
    }
    for page in &preset.docs {
        writeln!(out, "# {page}")?;
    }
    writeln!(out, "[[destination]]\nname = {:?}\npreset = {:?}", preset.name, preset.name)?;
    match (preset.url(), preset.transport) {
        (Some(url), _) => writeln!(out, "# The address; without it: {url}\n# url = \"\"")?,
        (None, Transport::Smtp) => writeln!(out, "url = \"smtps://mail.example.uz\"")?,
        (None, Transport::Http) => writeln!(out, "url = \"https://crm.example.uz\"")?,
    }
    writeln!(
        out,
        "# Only these events, by name or type, or all but these.\n# only = [\"identify\", \"Order Completed\"]\n# except = [\"page\"]"
    )?;
    writeln!(
        out,
        "# An event that cannot be delivered for so long becomes a dead letter.\n# max_age_hours = 72"
    )?;
    if preset.limits.rate.is_some() {
        writeln!(out, "# Your plan may bear more, or less.\n# requests_per_second = 5")?;
    }
    for secret in &preset.secrets {
        let mark = if secret.optional { "# " } else { "" };
        writeln!(
            out,
            "\n# {}.\n{mark}[destination.secrets.{}]\n{mark}env = {:?}",
            secret.about, secret.name, secret.env
        )?;
    }
    if !preset.settings.is_empty() {
        writeln!(out, "\n[destination.settings]")?;
        for (name, setting) in &preset.settings {
            let (mark, value) = match (&setting.default, &setting.example) {
                (Some(default), _) => ("# ", default.as_str()),
                (None, example) => ("", example.as_deref().unwrap_or("")),
            };
            writeln!(out, "# {}.\n{mark}{name} = {value:?}", setting.about)?;
        }
    }
    if let Some(action) = preset.action_names().next() {
        writeln!(
            out,
            "\n# Fields of your own, as jq over the event: see docs/destinations.md.\n# [destination.fields.{action}]\n# loyalty_tier = \".event.traits.tier\""
        )?;
    }
    Ok(out)
}
