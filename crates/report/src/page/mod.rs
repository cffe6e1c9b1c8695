//! The report as people read it: one HTML file that needs nothing else, or rows of CSV.

mod block;
mod channels;
mod chart;
mod contacts;
mod customers;
mod products;
mod testing;
pub(crate) mod words;

use crate::report::Report;
use block::{Block, Section, Table};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use words::{count, day};

const TEMPLATE: &str = include_str!("report.html");

/// What stands at the head of a page.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    /// The shop's name.
    pub shop: String,
    /// What was read and refused, a line each.
    pub notes: Vec<String>,
}

fn sections(report: &Report) -> Vec<Section> {
    vec![
        testing::experiments(report),
        testing::recommendations(report),
        customers::customers(report),
        products::products(report),
        channels::channels(report),
        contacts::contacts(report),
    ]
}

/// The report as one HTML file: no script, no network, everything from outside escaped.
///
/// # Errors
/// Only when the template itself is broken, which its tests rule out.
pub fn html(report: &Report, heading: &Heading) -> Result<String, minijinja::Error> {
    let mut engine = Environment::new();
    engine.set_auto_escape_callback(|_| AutoEscape::Html);
    engine.add_template("report.html", TEMPLATE)?;
    let period = report.span.map(|(from, to)| format!("{} to {}", day(from), day(to)));
    engine.get_template("report.html")?.render(context! {
        shop => heading.shop.clone(),
        notes => heading.notes.clone(),
        period => period,
        events => count(report.events),
        sections => Value::from(Serde(sections(report))),
        version => env!("CARGO_PKG_VERSION"),
    })
}

/// The report as rows of CSV: `section, table, row, column, value`, with the texts of the page.
pub fn csv(report: &Report) -> String {
    let mut out = String::from("section,table,row,column,value\n");
    for section in sections(report) {
        for block in &section.blocks {
            match block {
                Block::Figures { figures } => {
                    for figure in figures {
                        row(&mut out, [section.id, "", "", &figure.label, &figure.value]);
                    }
                }
                Block::Table(table) | Block::Chart { table, .. } => rows(&mut out, section.id, table),
                Block::Verdict { label, says, .. } => row(&mut out, [section.id, "verdict", "", label, says]),
                Block::Heading { .. } | Block::Empty { .. } => {}
            }
        }
    }
    out
}

fn rows(out: &mut String, section: &str, table: &Table) {
    for (number, cells) in table.rows.iter().enumerate() {
        let number = (number + 1).to_string();
        for (column, cell) in table.columns.iter().zip(cells) {
            row(out, [section, &table.title, &number, &column.label, &cell.text]);
        }
    }
}

fn row(out: &mut String, cells: [&str; 5]) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        // A cell that begins so would be run as a formula by a spreadsheet.
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let number = cell.parse::<f64>().is_ok() || cell.starts_with("+") && cell.ends_with('%');
        let guard = if formula && !number { "'" } else { "" };
        if !guard.is_empty() || cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(guard);
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push('\n');
}
