//! Experiments and recommendations, as blocks.

use super::block::{Block, Figure, Section, Table, figure, heading, numbers, table, words};
use super::chart::{self, Bar, Interval};
use super::words::{chance, count, day, number, percent, signed_percent};
use crate::report::Report;
use crate::section::experiments::{Compared, Experiment};
use crate::section::recommendations::{List, Recommendations};
use crate::section::verdict::{SRM_ALARM, Tone};

const LOG: &str =
    "Source: Experiment Viewed, Promotion Clicked and Order Completed of the event log, and the orders.";

pub(super) fn experiments(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if report.experiments.is_empty() {
        blocks.push(Block::Empty {
            text: "No experiment was seen. An offer or experiment writes Experiment Viewed {experiment_id, variation_id} when somebody sees it; run tanish report again once there are some.".into(),
        });
    } else {
        blocks.push(overview(&report.experiments));
    }
    for test in report.experiments.chunk_by(|a, b| a.key == b.key) {
        blocks.extend(of_test(test));
    }
    Section {
        id: "experiments",
        title: "Experiments and offers",
        lead: "Visitors count from the moment they first saw an arm; whoever saw two counts in none.".into(),
        blocks,
    }
}

fn overview(all: &[Experiment]) -> Block {
    let rows = || all.iter().flat_map(|test| test.comparisons.iter().map(move |found| (test, found)));
    let intervals: Vec<Interval> = rows()
        .filter(|(_, found)| found.error_message.is_none())
        .take(30)
        .map(|(test, found)| Interval {
            label: format!("{} · {} · {}", test.key, plain(test.metric), found.variation),
            value: found.uplift,
            inner: found.ci,
            outer: found.sequential.ci,
            shown: signed_percent(found.uplift),
        })
        .collect();
    let behind = rows().map(|(test, found)| {
        let cells = [
            test.key.clone(),
            plain(test.metric),
            found.variation.clone(),
            signed_percent(found.uplift),
            interval(found.ci),
            interval(found.sequential.ci),
            chance(found.p_value),
            chance(found.p_holm),
            chance(found.p_bh),
            chance(found.srm_p),
        ];
        cells.map(Into::into).to_vec()
    });
    let columns = vec![
        words("Experiment", "experiment_id of Experiment Viewed."),
        words("Metric", "What is compared."),
        words("Arm", "variation_id; compared with the control."),
        numbers("Uplift", UPLIFT),
        numbers("95 % interval", CI),
        numbers("Always-valid interval", SEQUENTIAL),
        numbers("p", P),
        numbers("p, Holm", HOLM),
        numbers("p, Benjamini-Hochberg", BH),
        numbers("p of the split", SRM),
    ];
    let table = Table { title: "All comparisons".into(), columns, rows: behind.collect() };
    if intervals.is_empty() {
        return Block::Table(table);
    }
    Block::Chart {
        svg: chart::intervals("Uplift of each arm against its control, with its intervals", &intervals),
        caption: "Uplift against the control. Thick: the 95 % interval if read once, at the planned end. Thin: the interval that holds however often this report is read. Left of the line is worse, right is better.".into(),
        table,
    }
}

const UPLIFT: &str = "Arm ÷ control − 1. Source: the arms' means in this table.";
const CI: &str =
    "Welch's t, the variance of the ratio by the delta method; for a test read once, at its planned end.";
const SEQUENTIAL: &str = "Asymptotic confidence sequence (Waudby-Smith et al., arXiv 2103.06476), tuned to 5000 visitors: holds however often it is read.";
const P: &str = "Chance of a difference at least as large if there were none: Welch's t-test, two-sided.";
const HOLM: &str = "p after Holm over all comparisons of this report: keeps the chance of even one false alarm below the level.";
const BH: &str = "p after Benjamini and Hochberg over all comparisons of this report: keeps the share of false alarms below the level.";
const SRM: &str = "Chance of so uneven a split if the arms were meant equal: Pearson's chi-square. Below 0.001 the test is broken.";

fn plain(metric: &str) -> String {
    metric.replace('_', " ")
}

fn interval([low, high]: [f64; 2]) -> String {
    format!("{} … {}", signed_percent(low), signed_percent(high))
}

fn of_test(test: &[Experiment]) -> Vec<Block> {
    let first = &test[0];
    let kind = if first.holdout { "Holdout of the programme: " } else { "" };
    let mut blocks = vec![heading(
        &format!("{kind}{}", first.key),
        &format!("First and last exposure {} and {}. {LOG}", day(first.span[0]), day(first.span[1])),
    )];
    let visitors: u64 = first.variations.iter().map(|arm| arm.n).sum();
    let mut figures: Vec<Figure> = vec![
        figure(
            "Visitors",
            count(visitors),
            "Different visitors exposed to exactly one arm. Source: Experiment Viewed.",
        ),
        figure(
            "In two arms",
            count(first.crossed),
            "Visitors seen in more than one arm; they count in none. Many of them are a sign of a broken set-up.",
        ),
    ];
    if let Some(found) = first.comparisons.first() {
        figures.push(figure("Split, p", chance(found.srm_p), SRM));
    }
    blocks.push(Block::Figures { figures });
    blocks.push(arms(test));
    let broken = first.comparisons.iter().any(|found| found.srm_p < SRM_ALARM);
    for experiment in test {
        for found in experiment.comparisons.iter().take(if broken { 1 } else { usize::MAX }) {
            blocks.push(verdict(found));
        }
        if broken {
            return blocks;
        }
    }
    blocks.push(details(test));
    blocks.extend(segments(test));
    blocks
}

fn verdict(found: &Compared) -> Block {
    let label = match found.verdict.tone {
        Tone::Broken => "Broken",
        Tone::Silent => "Too early",
        Tone::Open => "Open",
        Tone::Hint => "Hint",
        Tone::Better => "Better",
        Tone::Worse => "Worse",
    };
    let (says, not) = (found.verdict.says.clone(), found.verdict.not.clone());
    Block::Verdict { tone: label.to_lowercase().replace(' ', "-"), label, says, not }
}

fn shown(metric: &str, value: f64) -> String {
    if matches!(metric, "conversion" | "click_rate") { percent(value) } else { number(value) }
}

fn arms(test: &[Experiment]) -> Block {
    let mut columns = vec![
        words("Arm", "variation_id; the first one is the control."),
        numbers("Visitors", "Exposed to this arm only."),
    ];
    columns.extend(
        test.iter().map(|experiment| numbers(&plain(experiment.metric), definition(experiment.metric))),
    );
    let rows = test[0].variations.iter().enumerate().map(|(arm, variation)| {
        let mut row = vec![variation.id.clone().into(), count(variation.n).into()];
        row.extend(
            test.iter().map(|experiment| shown(experiment.metric, experiment.variations[arm].value).into()),
        );
        row
    });
    table("Arms", columns, rows.collect(), "none")
}

fn definition(metric: &str) -> &'static str {
    match metric {
        "click_rate" => "Visitors who clicked the offer (Promotion Clicked) after seeing it ÷ visitors.",
        "conversion" => {
            "Visitors with an order after the exposure ÷ visitors. Source: Order Completed and the orders."
        }
        "revenue_per_visitor" => "Sold less returned after the exposure ÷ visitors, in the shop's currency.",
        _ => "Revenue ÷ orders after the exposure, in the shop's currency; its variance by the delta method.",
    }
}

fn details(test: &[Experiment]) -> Block {
    let columns = vec![
        words("Metric", "What is compared."),
        words("Arm", "Against the control."),
        numbers("Chance to win", "Chance that the arm is better: normal posterior without a prior."),
        numbers(
            "Risk of taking it",
            "Uplift lost on average if the arm is taken and is worse: E[max(−effect, 0)].",
        ),
        numbers(
            "CUPED uplift",
            "Uplift after what each visitor spent before is taken off (Deng et al. 2013), where there was any.",
        ),
        numbers(
            "Variance explained",
            "By what visitors spent before: 1 − variance after CUPED ÷ variance before.",
        ),
        numbers(
            "Detectable",
            "Smallest uplift that so many visitors show in four tests of five: (z₀.₈ + z₀.₉₇₅) · standard error.",
        ),
        numbers(
            "Days left",
            "Until the uplift seen would show in four tests of five, at this traffic; the number of visitors needed grows with 1 ÷ uplift².",
        ),
    ];
    let rows = test.iter().flat_map(|experiment| {
        experiment.comparisons.iter().map(|found| {
            let dash = || "–".to_owned();
            let cuped = found.cuped.as_ref();
            let cells = [
                plain(experiment.metric),
                found.variation.clone(),
                percent(found.chance_to_win),
                percent(found.risk[1]),
                cuped.map_or_else(dash, |cuped| {
                    format!("{} ({})", signed_percent(cuped.uplift), interval(cuped.ci))
                }),
                cuped.map_or_else(dash, |cuped| percent(cuped.variance_explained)),
                percent(found.detectable),
                found.days_left.map_or_else(dash, |days| {
                    if days > 3650.0 { "years".into() } else { number(days.ceil()) }
                }),
            ];
            cells.map(Into::into).to_vec()
        })
    });
    table("Other readings", columns, rows.collect(), "one arm only")
}

fn segments(test: &[Experiment]) -> Option<Block> {
    let mut rows = Vec::new();
    for experiment in test.iter().filter(|experiment| experiment.metric != "average_order") {
        for segment in &experiment.segments {
            for found in &segment.comparisons {
                let arm = segment.variations.iter().find(|arm| arm.id == found.variation);
                let value = |arm: Option<&crate::section::experiments::Variation>| {
                    arm.map_or_else(
                        || "–".into(),
                        |arm| format!("{} of {}", shown(experiment.metric, arm.value), count(arm.n)),
                    )
                };
                rows.push(
                    [
                        plain(experiment.metric),
                        format!("{}: {}", segment.dimension, segment.value),
                        found.variation.clone(),
                        value(segment.variations.first()),
                        value(arm),
                        signed_percent(found.uplift),
                        interval(found.ci),
                    ]
                    .map(Into::into)
                    .to_vec(),
                );
            }
        }
    }
    let columns = vec![
        words("Metric", "What is compared."),
        words(
            "Visitors",
            "A part of the visitors: by whether they had ordered before the exposure, by the page's language.",
        ),
        words("Arm", "Against the control."),
        numbers("Control", "The control's mean in this part, and its visitors."),
        numbers("Arm's", "The arm's mean in this part, and its visitors."),
        numbers("Uplift", UPLIFT),
        numbers("95 % interval", "Welch's t. Of many parts one in twenty looks different by chance alone."),
    ];
    (!rows.is_empty()).then(|| table("By part of the visitors", columns, rows, "none"))
}

pub(super) fn recommendations(report: &Report) -> Section {
    let found = &report.recommendations;
    let mut blocks = Vec::new();
    if found.lists.is_empty() {
        blocks.push(Block::Empty {
            text: "No recommendation was seen. Pages write Product List Viewed {list_id: \"tanish:…\"} and Product Clicked {list_id, position}.".into(),
        });
    } else {
        blocks.push(figures(found));
        blocks.push(lists(&found.lists));
        blocks.extend(found.lists.iter().filter_map(positions));
    }
    Section {
        id: "recommendations",
        title: "Recommendations",
        lead: "What was shown, clicked and bought after. Bought after means: the product clicked, by the same visitor, within 30 days. It would often have been bought anyway; what the programme adds only a holdout tells.".into(),
        blocks,
    }
}

fn figures(found: &Recommendations) -> Block {
    let mut figures = vec![
        figure(
            "Products shown",
            count(found.products_shown),
            "Different products in any list. Source: Product List Viewed.",
        ),
        figure(
            "Coverage",
            percent(found.coverage),
            "Different products shown ÷ products known from lists, views and orders.",
        ),
        figure(
            "Assisted revenue",
            number(found.assisted_revenue),
            "Lines of products that the buyer had clicked in a list at most 30 days before, each once.",
        ),
        figure("Share of revenue", percent(found.assisted_share), "Assisted revenue ÷ all sales."),
    ];
    if let Some(holdout) = &found.against_holdout {
        figures.push(figure(
            "Against holdout",
            signed_percent(holdout.uplift),
            &format!("Revenue per visitor against the holdout arm of {}: {}, p {}. This is what the programme adds.", holdout.experiment, interval(holdout.ci), chance(holdout.p_value)),
        ));
    }
    Block::Figures { figures }
}

fn lists(lists: &[List]) -> Block {
    let columns = vec![
        words("List", "Kind of recommendation: list_id without tanish:."),
        numbers("Shown", "Product List Viewed events."),
        numbers("Clicked", "Product Clicked events of this list."),
        numbers("Click rate", "Clicked ÷ shown."),
        numbers(
            "Bought after",
            "Lines of a clicked product, by the same visitor, within 30 days; each once.",
        ),
        numbers("Of clicks", "Bought after ÷ clicked."),
        numbers("Revenue after", "Of those lines, in the shop's currency."),
        numbers("Products", "Different products shown."),
        numbers(
            "Diversity",
            "e to the entropy of the products shown: so many products, shown equally often, would be as varied.",
        ),
    ];
    let rows = lists.iter().map(|list| {
        let cells = [
            list.list.clone(),
            count(list.shown),
            count(list.clicked),
            percent(list.click_rate),
            count(list.bought_after),
            percent(list.bought_rate),
            number(list.revenue_after),
            count(list.distinct_products),
            number(list.diversity),
        ];
        cells.map(Into::into).to_vec()
    });
    table("Lists", columns, rows.collect(), "none")
}

/// Needs enough clicks to be more than noise.
fn positions(list: &List) -> Option<Block> {
    let places = &list.positions[..list.positions.len().min(20)];
    if list.clicked < 20 || places.len() < 2 {
        return None;
    }
    let bars: Vec<Bar> = places
        .iter()
        .map(|place| Bar {
            label: place.position.to_string(),
            value: place.click_rate,
            shown: percent(place.click_rate),
            before: None,
        })
        .collect();
    let rows = places.iter().map(|place| {
        [place.position.to_string(), count(place.shown), count(place.clicked), percent(place.click_rate)]
            .map(Into::into)
            .to_vec()
    });
    let columns = vec![
        numbers("Place", "position of Product Clicked, from 1."),
        numbers("Shown", "Products shown at this place."),
        numbers("Clicked", "Clicks at this place."),
        numbers("Click rate", "Clicked ÷ shown at this place."),
    ];
    Some(Block::Chart {
        svg: chart::columns(&format!("Click rate by place in {}", list.list), &bars),
        caption: format!(
            "Click rate by place in {}. First places are clicked more whatever stands there: compare lists by place, not places.",
            list.list
        ),
        table: Table { title: format!("Places in {}", list.list), columns, rows: rows.collect() },
    })
}
