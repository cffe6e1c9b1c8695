//! `cargo xtask size`: what the shipped files weigh, against their budgets.

mod budget;
mod weigh;

use crate::error::Error;
use crate::workspace;
use budget::Budget;
use weigh::Weight;

/// What `size` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Print one JSON object instead of the table
    #[arg(long)]
    json: bool,
}

/// Everything weighed, with the verdict.
#[derive(serde::Serialize)]
struct Report {
    files: Vec<Row>,
    first_load: Row,
    within_budget: bool,
}

#[derive(serde::Serialize)]
struct Row {
    name: String,
    #[serde(flatten)]
    weight: Weight,
    /// Brotli bytes allowed; absent for files a page never fetches.
    budget: Option<u64>,
}

impl Row {
    fn within_budget(&self) -> bool {
        self.budget.is_none_or(|budget| self.weight.brotli <= budget)
    }
}

/// Weighs `pkg/` and prints the result.
///
/// # Errors
/// When the package is not built, a script has no budget, or a file is over its budget.
pub fn run(args: &Args) -> Result<(), Error> {
    let budget = Budget::read(&workspace::root().join("size-budget.toml"))?;
    let report = weigh_package(&budget)?;
    if args.json {
        let text =
            serde_json::to_string_pretty(&report).map_err(|error| Error::Message(error.to_string()))?;
        println!("{text}");
    } else {
        print_table(&report);
    }
    let over: Vec<&str> = report
        .files
        .iter()
        .chain([&report.first_load])
        .filter(|row| !row.within_budget())
        .map(|row| row.name.as_str())
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    Err(Error::Message(format!("over budget (size-budget.toml): {}", over.join(", "))))
}

fn weigh_package(budget: &Budget) -> Result<Report, Error> {
    let package = workspace::package();
    let mut files = Vec::new();
    let mut first_load = Weight::default();
    for pattern in budget.files.keys().chain(&budget.first_load.files) {
        budget::only_match(&package, pattern)?;
    }
    for name in weigh::shipped(&package)? {
        let path = package.join(&name);
        let weight = weigh::weigh(&std::fs::read(&path).map_err(Error::io(&path))?)?;
        let allowed = budget.for_file(&name);
        if allowed.is_none() && (name.ends_with(".js") || name.ends_with(".wasm")) {
            return Err(Error::Message(format!("pkg/{name} has no budget: add it to size-budget.toml")));
        }
        if budget.first_load.files.iter().any(|pattern| budget::matches(pattern, &name)) {
            first_load += weight;
        }
        files.push(Row { name, weight, budget: allowed });
    }
    let first_load =
        Row { name: "first load".to_owned(), weight: first_load, budget: Some(budget.first_load.brotli) };
    let within_budget = files.iter().chain([&first_load]).all(Row::within_budget);
    Ok(Report { files, first_load, within_budget })
}

fn print_table(report: &Report) {
    println!("{:<32} {:>9} {:>9} {:>9} {:>9}", "file", "raw", "gzip -9", "brotli", "budget");
    for row in report.files.iter().chain([&report.first_load]) {
        let Weight { raw, gzip, brotli } = row.weight;
        let budget = row.budget.map_or_else(|| "-".to_owned(), |budget| budget.to_string());
        let verdict = if row.within_budget() { "" } else { "  OVER" };
        println!("{:<32} {raw:>9} {gzip:>9} {brotli:>9} {budget:>9}{verdict}", row.name);
    }
}
