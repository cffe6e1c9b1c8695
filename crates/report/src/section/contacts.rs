//! Contacts: who may be written to, what becomes of what is written, how soon complaints are answered.

use super::recommendations::ratio;
use crate::facts::{DAY, Facts, Mail};
use serde::Serialize;

/// Contacts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contacts {
    /// By what was permitted.
    pub permissions: Vec<Permission>,
    /// E-mails, where events tell of any.
    pub mail: Option<MailHealth>,
    /// Complaints, where events tell of any.
    pub complaints: Option<Complaints>,
}

/// One kind of permission.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permission {
    /// What for.
    pub permission: String,
    /// How often it was given.
    pub granted: u64,
    /// How often it was taken back.
    pub withdrawn: u64,
    /// Given, of the visitors known.
    pub opt_in_rate: f64,
    /// Taken back, of those given.
    pub decay: f64,
}

/// What became of e-mails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MailHealth {
    /// Sent; where no event says so, delivered and bounced.
    pub sent: u64,
    /// Arrived, of those sent.
    pub delivery_rate: f64,
    /// Opened, of those that arrived.
    pub open_rate: f64,
    /// Clicked, of those opened.
    pub click_rate: f64,
    /// 100 · delivery · open · click.
    pub appeal_index: f64,
    /// Unsubscribed, of those that arrived.
    pub unsubscribe_rate: f64,
    /// Marked as spam, of those that arrived.
    pub complaint_rate: f64,
}

/// Complaints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Complaints {
    /// Opened.
    pub opened: u64,
    /// Of these answered.
    pub answered: u64,
    /// Half of the answers came within so many hours.
    pub median_hours: Option<f64>,
}

/// Delivery × open × click, in percent: 90 % × 36 % × 36 % is 11.66.
pub fn appeal_index(delivery: f64, open: f64, click: f64) -> f64 {
    100.0 * delivery * open * click
}

/// Works out the section.
pub(crate) fn contacts(facts: &Facts) -> Contacts {
    let visitors: std::collections::HashSet<u32> =
        facts.visits.keys().map(|(person, _)| facts.owner(*person)).collect();
    let permission = |(&permission, &[granted, withdrawn]): (&u32, &[u64; 2])| Permission {
        permission: facts.words.name(permission).to_owned(),
        granted,
        withdrawn,
        opt_in_rate: ratio(granted as f64, visitors.len() as f64),
        decay: ratio(withdrawn as f64, granted as f64),
    };
    let mut permissions: Vec<Permission> = facts.permissions.iter().map(permission).collect();
    permissions.sort_by(|a, b| a.permission.cmp(&b.permission));
    Contacts { permissions, mail: mail(facts), complaints: complaints(facts) }
}

fn mail(facts: &Facts) -> Option<MailHealth> {
    let count = |mail| facts.mails.get(&mail).copied().unwrap_or(0) as f64;
    if facts.mails.is_empty() {
        return None;
    }
    let sent = count(Mail::Sent).max(count(Mail::Delivered) + count(Mail::Bounced));
    // Where nobody tells what arrived, what did not come back did.
    let delivered =
        if count(Mail::Delivered) > 0.0 { count(Mail::Delivered) } else { sent - count(Mail::Bounced) };
    let (delivery_rate, open_rate) = (ratio(delivered, sent), ratio(count(Mail::Opened), delivered));
    let click_rate = ratio(count(Mail::Clicked), count(Mail::Opened));
    Some(MailHealth {
        sent: sent as u64,
        delivery_rate,
        open_rate,
        click_rate,
        appeal_index: appeal_index(delivery_rate, open_rate, click_rate),
        unsubscribe_rate: ratio(count(Mail::Unsubscribed), delivered),
        complaint_rate: ratio(count(Mail::Spam), delivered),
    })
}

fn complaints(facts: &Facts) -> Option<Complaints> {
    let cases: Vec<[Option<i64>; 2]> =
        facts.cases.values().filter(|case| case[0].is_some()).copied().collect();
    let mut hours: Vec<i64> = cases
        .iter()
        .filter_map(|[opened, answered]| Some((*answered)? - (*opened)?))
        .filter(|took| *took >= 0)
        .collect();
    hours.sort_unstable();
    let median = hours.get(hours.len() / 2).map(|took| *took as f64 / DAY as f64 * 24.0);
    (!cases.is_empty()).then_some(Complaints {
        opened: cases.len() as u64,
        answered: hours.len() as u64,
        median_hours: median,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_appeal_index_is_the_textbooks() {
        let rounded = |index: f64| (index * 100.0).round() / 100.0;
        assert_eq!(rounded(super::appeal_index(0.90, 0.36, 0.36)), 11.66);
        assert_eq!(rounded(super::appeal_index(0.73, 0.31, 0.18)), 4.07);
    }
}
