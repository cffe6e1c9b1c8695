//! Where visits and orders come from, as blocks.

use super::block::{Block, Cell, Section, figure, numbers, table, words};
use super::chart::{self, Bar};
use super::words::{count, number, signed_percent};
use crate::report::Report;
use crate::section::channels::Channel;

pub(super) fn channels(report: &Report) -> Section {
    let found = &report.channels;
    let mut blocks = vec![Block::Figures {
        figures: vec![
            figure(
                "Visits",
                count(found.visits),
                "Different sessionIds of visitors; a day where events have none.",
            ),
            figure(
                "Orders with a visit",
                count(found.attributed_orders),
                "Orders of a visitor seen in the 30 days before. Source: event log and orders.",
            ),
        ],
    }];
    let bars: Vec<Bar> = found
        .sources
        .iter()
        .take(12)
        .map(|of| Bar {
            label: of.name.clone(),
            value: of.last_touch_revenue,
            shown: number(of.last_touch_revenue),
            before: None,
        })
        .collect();
    let sources = channel_table(
        "Sources",
        "utm_source and utm_medium, else the click id's or the referrer's host, else direct.",
        &found.sources,
    );
    match sources {
        Block::Table(table) if found.attributed_orders > 0 => blocks.push(Block::Chart {
            svg: chart::bars("Revenue by source of the last visit before the order", &bars),
            caption: "Revenue by the source of the last visit before the order. The last touch takes all the credit here and the first in the table: the truth lies between.".into(),
            table,
        }),
        other => blocks.push(other),
    }
    blocks.push(channel_table("Campaigns", "utm_campaign.", &found.campaigns));
    blocks.push(table(
        "Channels of the orders",
        vec![
            words("Channel", "channel of the orders."),
            numbers("Orders", "Of that channel."),
            numbers("Revenue", "Sold less returned."),
        ],
        found
            .order_channels
            .iter()
            .map(|of| [of.channel.clone(), count(of.orders), number(of.revenue)].map(Cell::from).to_vec())
            .collect(),
        "no order names one.",
    ));
    Section {
        id: "channels",
        title: "Channels",
        lead: "Where visits come from, and which orders follow within 30 days. A visit before an order is not its cause.".into(),
        blocks,
    }
}

fn channel_table(title: &str, hint: &str, channels: &[Channel]) -> Block {
    let rows = channels.iter().map(|of| {
        let dash = || "–".to_owned();
        let cells = [
            of.name.clone(),
            count(of.visits),
            count(of.first_touch_orders),
            number(of.first_touch_revenue),
            count(of.last_touch_orders),
            number(of.last_touch_revenue),
            of.cost.map_or_else(dash, number),
            of.return_on_cost.map_or_else(dash, signed_percent),
        ];
        cells.map(Cell::from).to_vec()
    });
    let columns = vec![
        words(title.trim_end_matches('s'), hint),
        numbers("Visits", "From there."),
        numbers("Orders, first touch", "Orders whose first visit in the 30 days before came from there."),
        numbers("Revenue, first touch", "Of these orders."),
        numbers("Orders, last touch", "Orders whose last visit before came from there."),
        numbers("Revenue, last touch", "Of these orders."),
        numbers("Cost", "Sum of the cost file's rows."),
        numbers(
            "Return",
            "(Revenue by last touch − cost) ÷ cost. Revenue, not margin: goods are not paid for yet.",
        ),
    ];
    table(title, columns, rows.collect(), "none was seen.")
}
