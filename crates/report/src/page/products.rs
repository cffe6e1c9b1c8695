//! What sells, with what and where, as blocks.

use super::block::{Block, Cell, Section, Table, figure, numbers, table, words};
use super::chart::{self, Bar};
use super::words::{count, day, number, percent};
use crate::report::Report;
use crate::section::products::{Product, Products};

pub(super) fn products(report: &Report) -> Section {
    let found = &report.products;
    let mut blocks = vec![Block::Figures {
        figures: vec![
            figure("Products", count(found.products), "Known from lists, views and orders."),
            figure("Sold", count(found.sold), "At least once."),
        ],
    }];
    if found.months.len() > 1 {
        blocks.push(months(found));
    }
    let columns = || {
        vec![
            words("Product", "Title where rows or events name one, else the id."),
            numbers("Pieces", "Sold."),
            numbers("Revenue", "Sold less returned."),
            numbers("Orders", "With it."),
            numbers("Returned", "Pieces returned ÷ sold."),
            numbers("Views", "Product Viewed events."),
            numbers("Orders a view", "Orders ÷ views; – without views."),
            words("Last sold", "Day of the last sale."),
        ]
    };
    let rows = |products: &[Product]| products.iter().map(product).collect::<Vec<_>>();
    blocks.push(table("Best sellers", columns(), rows(&found.best), "nothing was sold."));
    blocks.push(table(
        "Slow sellers",
        columns(),
        rows(&found.slow),
        "every product that ever sold did so in the last 90 days.",
    ));
    blocks.push(table(
        "Bought together",
        vec![
            words("One", "Product."),
            words("The other", "Product."),
            numbers("Orders", "With both; at least 10."),
            numbers("Lift", "Orders with both × all orders ÷ (orders with one × orders with the other): how many times more often than by chance."),
        ],
        found.together.iter().map(|pair| [pair.a.clone(), pair.b.clone(), count(pair.orders), number(pair.lift)].map(Cell::from).to_vec()).collect(),
        "no pair stands in 10 orders.",
    ));
    blocks.push(promotions(found));
    blocks.push(places(found));
    Section {
        id: "products",
        title: "Products",
        lead: "From the orders and their lines. Stock at risk needs the catalogue's stock, which no event or order tells.".into(),
        blocks,
    }
}

fn months(found: &Products) -> Block {
    let bars: Vec<Bar> = found
        .months
        .iter()
        .map(|month| Bar {
            label: month.month.clone(),
            value: month.revenue,
            shown: number(month.revenue),
            before: None,
        })
        .collect();
    let rows = found.months.iter().map(|month| {
        [month.month.clone(), count(month.orders), number(month.revenue)].map(Into::into).to_vec()
    });
    let columns = vec![
        words("Month", "UTC."),
        numbers("Orders", "In that month."),
        numbers("Revenue", "Sold less returned in that month."),
    ];
    Block::Chart {
        svg: chart::columns("Revenue by month", &bars),
        caption: "Revenue by month. The first and the last may not be whole.".into(),
        table: Table { title: "Months".into(), columns, rows: rows.collect() },
    }
}

fn product(of: &Product) -> Vec<Cell> {
    let rate = if of.views > 0 { percent(of.order_rate) } else { "–".into() };
    let views = if of.views > 0 { count(of.views) } else { "–".into() };
    let cells = [
        of.title.clone(),
        number(of.pieces),
        number(of.revenue),
        count(of.orders),
        percent(of.returned),
        views,
        rate,
        day(of.last_sold),
    ];
    cells.map(Cell::from).to_vec()
}

fn promotions(found: &Products) -> Block {
    let rows = found.promotions.iter().map(|of| {
        let name = if of.coupon.is_empty() { "no coupon".to_owned() } else { of.coupon.clone() };
        let margin = of.margin.map_or_else(|| "–".into(), percent);
        [name, count(of.orders), number(of.revenue), number(of.mean_order), count(of.first_orders), margin]
            .map(Cell::from)
            .to_vec()
    });
    let columns = vec![
        words("Coupon", "coupon of the orders or of Order Completed."),
        numbers("Orders", "With it."),
        numbers("Revenue", "Sold less returned."),
        numbers("Mean order", "Revenue ÷ orders."),
        numbers("First orders", "Of customers who had none before."),
        numbers("Margin", "(Revenue − cost of goods) ÷ revenue, where every line has a cost."),
    ];
    table(
        "Promotions",
        columns,
        rows.collect(),
        "no order names a coupon. Who uses coupons differs from who does not: only an experiment tells what a promotion adds.",
    )
}

fn places(found: &Products) -> Block {
    let rows = found.places.iter().map(|of| {
        let favourite = of.favourite.clone().unwrap_or_else(|| "–".into());
        let lift = of.lift.map_or_else(|| "–".into(), number);
        [of.place.clone(), count(of.orders), number(of.revenue), favourite, lift].map(Cell::from).to_vec()
    });
    let columns = vec![
        words("Place", "country of the orders."),
        numbers("Orders", "From there."),
        numbers("Revenue", "Sold less returned."),
        words(
            "Bought there more than elsewhere",
            "The product with the highest lift among those in 10 orders from there.",
        ),
        numbers("Lift", "Share of orders there with it ÷ share of all orders with it."),
    ];
    table("Places", columns, rows.collect(), "no order names a country.")
}
