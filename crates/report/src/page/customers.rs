//! Who buys: worth, loyalty, movement, risk, as blocks.

use super::block::{Block, Cell, Figure, Section, Table, figure, numbers, table, words};
use super::chart::{self, Bar};
use super::words::{count, number, percent};
use crate::report::Report;
use crate::section::customers::{Customers, Share};

/// Fewer customers than this are told of one by one elsewhere; shares of them mean nothing.
const FEW: u64 = 30;

pub(super) fn customers(report: &Report) -> Section {
    let found = &report.customers;
    let mut blocks = vec![Block::Figures { figures: figures(found) }];
    if found.customers < FEW {
        blocks.push(Block::Empty {
            text: format!(
                "{} customers are too few for segments, cohorts and shares: they would be noise.",
                found.customers
            ),
        });
    } else {
        blocks.extend([rfm(found), segments(found)]);
        blocks.push(movement(found));
        blocks.push(cohorts(found));
        blocks.push(groups(found));
    }
    blocks.push(at_risk(found));
    blocks.push(table(
        "Wishes not found",
        vec![words("Looked for", "Words of Wish Recorded, in lower case."), numbers("Times", "How often.")],
        found.wishes.iter().map(|wish| vec![wish.wish.clone().into(), count(wish.count).into()]).collect(),
        "nobody recorded one (Wish Recorded {query}).",
    ));
    Section {
        id: "customers",
        title: "Customers",
        lead: "From the orders; the last order of the data is taken for today. Share of wallet is not told: what customers spend elsewhere is in no file of the shop.".into(),
        blocks,
    }
}

fn figures(found: &Customers) -> Vec<Figure> {
    let mut figures = vec![
        figure(
            "Customers",
            count(found.customers),
            "People with at least one order. Source: orders and Order Completed.",
        ),
        figure(
            "Orders",
            count(found.orders),
            &format!("Of customers and of nobody known ({}).", count(found.guest_orders)),
        ),
        figure("Revenue", number(found.revenue), "Sold less returned, in the shop's currency."),
    ];
    if let Some(retention) = &found.retention {
        figures.push(figure("Retention", percent(retention.rate), &format!(
            "(end − new) ÷ start over the last 90 days: ({} − {}) ÷ {}. A customer is who bought in the 90 days before.",
            count(retention.end), count(retention.new), count(retention.start)
        )));
        figures.push(figure("Churn", percent(retention.churn), "1 − retention over the last 90 days."));
    }
    if let Some(lifetime) = &found.lifetime {
        figures.push(figure("Lifetime value", number(lifetime.value), &format!(
            "Mean order × orders a year × years: {} × {} × {}. Years are those from first to last order of who came back, so it looks back, not ahead.",
            number(lifetime.mean_order), number(lifetime.frequency), number(lifetime.lifespan)
        )));
    }
    if let Some(nps) = &found.nps {
        figures.push(figure("NPS", number(nps.score), &format!(
            "Promoters (9, 10) − detractors (0 to 6): {} − {} of {} answers. Source: Survey Answered of kind nps.",
            percent(nps.promoters), percent(nps.detractors), count(nps.answers)
        )));
    }
    if let Some(csat) = &found.csat {
        figures.push(figure(
            "CSAT",
            percent(csat.score),
            &format!(
                "Answers of 4 and 5 among {} from 1 to 5. Source: Survey Answered of kind csat.",
                count(csat.answers)
            ),
        ));
    }
    figures
}

/// A cell shaded by its share of the most.
fn heat(text: String, value: f64, most: f64) -> Cell {
    let level = if most > 0.0 { (value / most * 9.0).round().clamp(0.0, 9.0) as u8 } else { 0 };
    Cell { text, heat: Some(level) }
}

fn rfm(found: &Customers) -> Block {
    let most = found.rfm.iter().flatten().copied().max().unwrap_or(0) as f64;
    let hint = "Customers with this recency (row) and frequency (column). Recency 5: ordered within a month, 4: 3 months, 3: 6, 2: 12. Frequency 5: monthly, 4: every 2 months, 3: every 3, 2: every 6.";
    let mut columns = vec![words("Recency", "5 is the most recent.")];
    columns.extend((1..=5).map(|frequency| numbers(&format!("Frequency {frequency}"), hint)));
    let rows = found.rfm.iter().enumerate().map(|(row, counts)| {
        let mut cells = vec![(5 - row).to_string().into()];
        cells.extend(counts.iter().map(|of| heat(count(*of), *of as f64, most)));
        cells
    });
    table("Recency and frequency", columns, rows.collect(), "none")
}

fn segments(found: &Customers) -> Block {
    let bars: Vec<Bar> = found
        .segments
        .iter()
        .map(|size| Bar {
            label: size.segment.to_owned(),
            value: size.now as f64,
            shown: count(size.now),
            before: Some(size.before as f64),
        })
        .collect();
    let columns = vec![
        words(
            "Segment",
            "By recency and frequency: champions 4–5 and 4–5, loyal 3–5 and 3–5, new and promising recent but rare, cooling recency 3, at risk once regular, lost neither.",
        ),
        numbers("Now", "Customers in it at the end of the data."),
        numbers("90 days before", "Customers in it then."),
        numbers("Revenue", "All their revenue so far."),
    ];
    let rows = found.segments.iter().map(|size| {
        [size.segment.to_owned(), count(size.now), count(size.before), number(size.revenue)]
            .map(Into::into)
            .to_vec()
    });
    Block::Chart {
        svg: chart::bars("Customers by segment now and 90 days before", &bars),
        caption: "Customers by segment. Dark: now. Pale, behind: 90 days before.".into(),
        table: Table { title: "Segments".into(), columns, rows: rows.collect() },
    }
}

fn movement(found: &Customers) -> Block {
    let rows = found
        .movement
        .iter()
        .take(15)
        .map(|of| [of.from.to_owned(), of.to.to_owned(), count(of.customers)].map(Into::into).to_vec());
    let columns = vec![
        words("From", "Segment 90 days before the end of the data."),
        words("To", "Segment at the end."),
        numbers("Customers", "Who went that way."),
    ];
    table("Movement between segments", columns, rows.collect(), "nobody moved.")
}

fn cohorts(found: &Customers) -> Block {
    let months = found.cohorts.iter().map(|cohort| cohort.active.len()).max().unwrap_or(0);
    let mut columns = vec![
        words("First order in", "Month."),
        numbers("Customers", "With their first order in that month."),
    ];
    let hint = "Share of the cohort that ordered so many months after its first.";
    columns.extend((0..months).map(|month| numbers(&format!("+{month}"), hint)));
    let rows = found.cohorts.iter().rev().take(24).rev().map(|cohort| {
        let mut cells: Vec<Cell> = vec![cohort.month.clone().into(), count(cohort.customers).into()];
        cells.extend(cohort.active.iter().enumerate().map(|(month, share)| {
            // The first month is always whole: it would outshine the others.
            if month == 0 { Cell::from(percent(*share)) } else { heat(percent(*share), *share, 0.6) }
        }));
        cells.resize_with(months + 2, || Cell::from(""));
        cells
    });
    table("Cohorts", columns, rows.collect(), "none")
}

fn groups(found: &Customers) -> Block {
    let row = |name: &str, of: &Share| {
        [name.to_owned(), count(of.customers), number(of.revenue), percent(of.share)].map(Cell::from).to_vec()
    };
    let columns = vec![
        words(
            "Group",
            "Most valuable: the tenth with the most revenue. Most growable: ordered within 3 months, less often than every 2 months, with orders above the middle. Below zero: returned more than they kept, or cost more than they brought where costs are known.",
        ),
        numbers("Customers", "How many."),
        numbers("Revenue", "Theirs, sold less returned."),
        numbers("Share", "Of all customers' revenue."),
    ];
    let rows = vec![
        row("Most valuable", &found.most_valuable),
        row("Most growable", &found.most_growable),
        row("Below zero", &found.below_zero),
    ];
    table("Groups", columns, rows, "none")
}

fn at_risk(found: &Customers) -> Block {
    let rows = found.at_risk.iter().map(|of| {
        [
            of.customer.clone(),
            count(of.orders),
            number(of.revenue),
            number(of.rhythm.round()),
            number(of.silent.round()),
        ]
        .map(Into::into)
        .to_vec()
    });
    let columns = vec![
        words("Customer", "The shop's id."),
        numbers("Orders", "At least 3."),
        numbers("Revenue", "Sold less returned."),
        numbers("Days between orders", "Mean, from the first to the last."),
        numbers("Days silent", "Since the last order: more than twice the rhythm, and at least 30."),
    ];
    table("At risk", columns, rows.collect(), "no regular customer is overdue.")
}
