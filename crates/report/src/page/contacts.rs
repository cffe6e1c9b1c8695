//! Permissions, mail and complaints, as blocks.

use super::block::{Block, Cell, Section, figure, numbers, table, words};
use super::words::{count, number, percent};
use crate::report::Report;

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
