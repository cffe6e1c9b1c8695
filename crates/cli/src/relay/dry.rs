//! `tanish relay dry-run`: what events would become.

use serde_json::{Value, json};
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use tanish_relay::Config;
use tanish_relay::preset::{Credential, DryRun, Sealed, dry_run};

#[derive(clap::Args)]
pub struct Args {
    /// A destination's name or preset
    destination: String,
    /// Events as the relay's log holds them, one a line; `-` is standard input. Default: a sample of each kind
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

pub fn run(args: &Args, config: &Path) -> Result<(), Box<dyn Error>> {
    let config = Config::load_without_secrets(config)?;
    let destination = super::find(&config, &args.destination)?;
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut out = io::stdout().lock();
    for event in events(args)? {
        let id = event["messageId"].as_str().unwrap_or("sample").to_owned();
        let what = event["event"].as_str().or(event["type"].as_str()).unwrap_or("?");
        writeln!(out, "### {id:?} {what:?}\n")?;
        // Nothing secret is read, and so nothing secret is shown.
        match dry_run(&destination.target, &id, &event.to_string(), None, &Credential::None, now) {
            DryRun::Requests(requests) => requests.iter().try_for_each(|one| show(&mut out, &one.request))?,
            DryRun::Nothing(reason) => writeln!(out, "nothing: {reason}\n")?,
            DryRun::Hold => writeln!(out, "nothing yet: it waits for a sign-in\n")?,
            DryRun::Bad(message) => return Err(message.into()),
        }
    }
    Ok(())
}

fn show(out: &mut impl Write, request: &Sealed) -> io::Result<()> {
    writeln!(out, "{} {}", request.method, request.url)?;
    for (name, value) in &request.headers {
        writeln!(out, "{name}: {value}")?;
    }
    let body = request.body.as_deref().unwrap_or("");
    let pretty = serde_json::from_str::<Value>(body).ok().map(|value| format!("{value:#}"));
    writeln!(out, "\n{}\n", pretty.as_deref().unwrap_or(body))
}

fn events(args: &Args) -> Result<Vec<Value>, Box<dyn Error>> {
    let Some(path) = &args.events else { return Ok(samples()) };
    let reader: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(BufReader::new(io::stdin()))
    } else {
        let file =
            std::fs::File::open(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        Box::new(BufReader::new(file))
    };
    let mut events = Vec::new();
    for (index, line) in reader.lines().enumerate() {
        let line = line?;
        if !line.trim().is_empty() {
            let read = serde_json::from_str(&line);
            events.push(read.map_err(|error| format!("{}:{}: {error}", path.display(), index + 1))?);
        }
    }
    Ok(events)
}

fn samples() -> Vec<Value> {
    let traits = json!({"email": "ann@example.com", "phone": "+998901234567", "name": "Ann Lee"});
    let track = |id: &str, name: &str, properties: Value| {
        json!({"type": "track", "event": name, "messageId": id, "anonymousId": "visitor-1", "userId": "customer-17",
            "timestamp": "2026-11-22T06:37:00.000Z", "context": {"traits": traits}, "properties": properties})
    };
    vec![
        json!({"type": "identify", "messageId": "sample-identify", "anonymousId": "visitor-1", "userId": "customer-17",
            "timestamp": "2026-11-22T06:37:00.000Z", "traits": traits}),
        track(
            "sample-view",
            "Product Viewed",
            json!({"product_id": "A-1", "name": "Lantern", "price": 12.5, "currency": "UZS"}),
        ),
        track(
            "sample-cart",
            "Product Added",
            json!({"product_id": "A-1", "name": "Lantern", "price": 12.5, "quantity": 2, "currency": "UZS"}),
        ),
        track(
            "sample-order",
            "Order Completed",
            json!({"order_id": "1001", "total": 25, "currency": "UZS",
            "products": [{"product_id": "A-1", "name": "Lantern", "price": 12.5, "quantity": 2}]}),
        ),
        track("sample-offer", "Promotion Clicked", json!({"promotion_id": "winter-hero"})),
        track(
            "sample-survey",
            "Survey Answered",
            json!({"survey_id": "nps", "question": "Would you recommend us?", "answer": 9}),
        ),
        track("sample-opt-in", "Permission Granted", json!({"purpose": "marketing", "channel": "email"})),
    ]
}
