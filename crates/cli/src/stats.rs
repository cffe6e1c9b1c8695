//! `tanish stats`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tanish_report::stats::{Comparison, Outcome, calculations};

/// Largest file of questions, in bytes.
const LARGEST: u64 = 256 << 20;

#[derive(clap::Args)]
pub struct Args {
    /// One JSON object or a list of them; `-` is standard input. {a, b, test, config}: two groups;
    /// {users, weights}: the sample ratio; {p: […]}: Holm and Benjamini-Hochberg
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the answers as one JSON list
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let name = args.file.display().to_string();
    let text = read(&args.file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let located = |error: tanish_report::stats::CalculatorError| -> Box<dyn Error> {
        let cause = error.source().map_or_else(String::new, |cause| format!(" ({cause})"));
        format!("{name}: {error}{cause}").into()
    };
    let questions = calculations(&text).map_err(located)?;
    let answers = questions.into_iter().enumerate().map(|(index, question)| question.outcome(index + 1));
    let answers = answers.collect::<Result<Vec<_>, _>>().map_err(located)?;
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &answers)?;
        writeln!(out)?;
    } else {
        for answer in &answers {
            writeln!(out, "{}", in_words(answer))?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let from: Box<dyn Read> =
        if path.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let mut text = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 256 MiB: split it"));
    }
    Ok(text)
}

fn in_words(answer: &Outcome) -> String {
    match answer {
        Outcome::Compared(comparison) => compared(comparison),
        Outcome::Split { p, .. } if *p < 0.001 => {
            format!("sample ratio: p {p:.3e}: the split is broken; do not read this test's results")
        }
        Outcome::Split { p, .. } => format!("sample ratio: p {p:.3}: nothing wrong is seen"),
        Outcome::Many { p, holm, bh } => {
            let mut text = String::from("p, Holm, Benjamini-Hochberg");
            for ((p, holm), bh) in p.iter().zip(holm).zip(bh) {
                let _ = write!(text, "\n  {p:<10.4} {holm:<10.4} {bh:.4}");
            }
            text
        }
    }
}

fn compared(comparison: &Comparison) -> String {
    if let Some(why) = comparison.error_message {
        return format!("nothing can be said: {}", why.in_words());
    }
    let Comparison { expected, ci: [low, high], .. } = comparison;
    let mut text = format!("difference {expected:+.6} ({low:+.6} to {high:+.6})");
    if let Some(p) = comparison.p_value {
        let _ = write!(text, ", p {p:.4}");
    }
    if let (Some(win), Some([control, treatment])) = (comparison.chance_to_win, comparison.risk) {
        let _ = write!(
            text,
            ", chance to win {:.1} %, risk of the control {control:.6}, of the treatment {treatment:.6}",
            win * 100.0
        );
    }
    text
}
