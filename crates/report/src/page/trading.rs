//! Customers, products, channels and contacts, as blocks.

use super::block::{Block, Cell, Figure, Section, Table, figure, numbers, table, words};
use super::chart::{self, Bar};
use super::words::{count, day, number, percent, signed_percent};
use crate::report::Report;
use crate::section::channels::Channel;
use crate::section::customers::{Customers, Share};
use crate::section::products::{Product, Products};

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

pub(super) fn contacts(report: &Report) -> Section {
    let found = &report.contacts;
    let mut blocks = Vec::new();
    if let Some(mail) = &found.mail {
        blocks.push(Block::Figures {
            figures: vec![
                figure(
                    "E-mails sent",
                    count(mail.sent),
                    "Email Sent events, or delivered and bounced ones where there are more.",
                ),
                figure("Delivery", percent(mail.delivery_rate), "Email Delivered ÷ sent."),
                figure(
                    "Open",
                    percent(mail.open_rate),
                    "Email Opened ÷ delivered. Mail programs that fetch pictures by themselves count too.",
                ),
                figure("Click", percent(mail.click_rate), "Email Link Clicked ÷ opened."),
                figure(
                    "Appeal index",
                    number(mail.appeal_index),
                    "100 × delivery × open × click: 90 % × 36 % × 36 % is 11.66.",
                ),
                figure("Unsubscribed", percent(mail.unsubscribe_rate), "Unsubscribed ÷ delivered."),
                figure(
                    "Marked as spam",
                    percent(mail.complaint_rate),
                    "Email Marked as Spam ÷ delivered. Above 0.1 % mailbox providers start to refuse.",
                ),
            ],
        });
    } else {
        blocks.push(Block::Empty { text: "No e-mail event was seen (Email Delivered, Email Opened, Email Link Clicked …): the tool that sends can write them to the relay.".into() });
    }
    blocks.push(table(
        "Permissions",
        vec![
            words("What for", "permission of Permission Granted and Permission Withdrawn."),
            numbers("Granted", "Times."),
            numbers("Withdrawn", "Times."),
            numbers("Opt-in rate", "Granted ÷ different visitors of the log."),
            numbers("Decay", "Withdrawn ÷ granted."),
        ],
        found
            .permissions
            .iter()
            .map(|of| {
                [
                    of.permission.clone(),
                    count(of.granted),
                    count(of.withdrawn),
                    percent(of.opt_in_rate),
                    percent(of.decay),
                ]
                .map(Cell::from)
                .to_vec()
            })
            .collect(),
        "none was granted or withdrawn.",
    ));
    match &found.complaints {
        None => blocks.push(Block::Empty {
            text: "No complaint was recorded (Complaint Opened {ticket_id}, Complaint Answered).".into(),
        }),
        Some(complaints) => blocks.push(Block::Figures {
            figures: vec![
                figure("Complaints", count(complaints.opened), "Cases opened."),
                figure("Answered", count(complaints.answered), "Of these."),
                figure(
                    "Hours to an answer",
                    complaints.median_hours.map_or_else(|| "–".into(), number),
                    "Median from opening to answer.",
                ),
            ],
        }),
    }
    Section {
        id: "contacts",
        title: "Contacts",
        lead: "Who may be written to and what becomes of it. How deliveries to each destination fare stands in the relay's own metrics (GET /metrics).".into(),
        blocks,
    }
}
