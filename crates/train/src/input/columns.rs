//! Which column holds what.

use super::preset::Preset;
use super::record::{Record, plain_name};
use crate::TrainError;

/// What a row of orders or of sessions can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    OrderId,
    ProductId,
    CustomerId,
    Timestamp,
    Quantity,
    Price,
    Amount,
    Title,
    Country,
    Coupon,
    Discount,
    Cost,
    Channel,
    Returned,
    Category,
    Brand,
    Color,
    Size,
    Url,
    Image,
    Status,
    CancelledAt,
    Event,
    SessionId,
    VisitorId,
    Action,
    City,
    Region,
    Segment,
    Circle,
}

impl Field {
    /// All, with the names they have in our own tables.
    pub const ALL: [(Field, &'static str); 30] = [
        (Field::OrderId, "order_id"),
        (Field::ProductId, "product_id"),
        (Field::CustomerId, "customer_id"),
        (Field::Timestamp, "timestamp"),
        (Field::Quantity, "quantity"),
        (Field::Price, "price"),
        (Field::Amount, "amount"),
        (Field::Title, "title"),
        (Field::Country, "country"),
        (Field::Coupon, "coupon"),
        (Field::Discount, "discount"),
        (Field::Cost, "cost"),
        (Field::Channel, "channel"),
        (Field::Returned, "returned"),
        (Field::Category, "category"),
        (Field::Brand, "brand"),
        (Field::Color, "color"),
        (Field::Size, "size"),
        (Field::Url, "url"),
        (Field::Image, "image"),
        (Field::Status, "status"),
        (Field::CancelledAt, "cancelled_at"),
        (Field::Event, "event_name"),
        (Field::SessionId, "session_id"),
        (Field::VisitorId, "visitor_id"),
        (Field::Action, "action"),
        (Field::City, "city"),
        (Field::Region, "region"),
        (Field::Segment, "segment"),
        (Field::Circle, "circle"),
    ];

    /// Its name in our own tables.
    pub fn name(self) -> &'static str {
        Field::ALL.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }
}

/// The shop's own column names, from `--columns ours=theirs,…`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnNames(Vec<(String, String)>);

impl ColumnNames {
    /// Reads `ours=theirs,ours=theirs`.
    ///
    /// # Errors
    /// A part without `=`, or with nothing on one side of it.
    pub fn parse(text: &str) -> Result<ColumnNames, TrainError> {
        let wrong = |part: &str| TrainError::Option {
            option: "--columns",
            reason: format!("{part:?} is not ours=theirs, as in product_id=StockCode"),
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let pairs = parts.map(|part| match part.split_once('=') {
            Some((ours, theirs)) if !ours.trim().is_empty() && !theirs.trim().is_empty() => {
                Ok((plain_name(ours), theirs.trim().to_owned()))
            }
            _ => Err(wrong(part)),
        });
        Ok(ColumnNames(pairs.collect::<Result<_, _>>()?))
    }

    /// Refuses names of ours that do not exist.
    pub(crate) fn check<'a>(
        &self,
        option: &'static str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<(), TrainError> {
        match self.0.iter().find(|(ours, _)| !known.clone().any(|name| plain_name(name) == *ours)) {
            None => Ok(()),
            Some((ours, _)) => Err(TrainError::Option {
                option,
                reason: format!("there is no {ours:?}; ours are {}", known.collect::<Vec<_>>().join(", ")),
            }),
        }
    }

    /// The columns of ours that were given a name of theirs, as compared.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(ours, theirs)| (ours.as_str(), theirs.as_str()))
    }

    /// An error when a column that was named is not among those that `file` has. `counts`: whether a column
    /// of ours is one that this file should have.
    pub(crate) fn all_there(
        &self,
        option: &str,
        file: &str,
        columns: &[String],
        counts: impl Fn(&str) -> bool,
    ) -> Result<(), TrainError> {
        let there = |theirs: &str| columns.iter().any(|column| plain_name(column) == plain_name(theirs));
        let missing = self.named().find(|(ours, theirs)| counts(ours) && !there(theirs));
        let Some((ours, theirs)) = missing.filter(|_| !columns.is_empty()) else { return Ok(()) };
        Err(TrainError::MissingColumn {
            file: file.to_owned(),
            missing: format!("{option} {ours}={theirs}"),
            found: shown(columns),
            mend: "name one of these, or leave it out".into(),
        })
    }

    /// Their name of a column of ours.
    pub(crate) fn theirs(&self, ours: &str) -> Option<&str> {
        let ours = plain_name(ours);
        self.0.iter().find(|(name, _)| *name == ours).map(|(_, theirs)| theirs.as_str())
    }
}

/// Columns in words, as far as a message can hold them.
pub(crate) fn shown(columns: &[String]) -> String {
    columns.iter().take(40).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Finds the fields in the columns of one file.
pub(crate) struct Binding {
    /// By field: the names it may have, best first, as compared.
    names: Vec<Vec<String>>,
    /// By field: the columns found, best first.
    found: Vec<Vec<usize>>,
    columns: Vec<String>,
}

impl Binding {
    /// For tables that follow `columns` and `preset`, and our own names where neither speaks.
    pub fn new(columns: &ColumnNames, preset: Option<Preset>) -> Binding {
        let names = Field::ALL.iter().map(|&(field, ours)| match columns.theirs(ours) {
            Some(theirs) => vec![plain_name(theirs)],
            None => {
                let theirs = preset.map_or(&[] as &[&str], |preset| preset.names(field));
                theirs.iter().copied().chain([ours]).map(plain_name).collect()
            }
        });
        let names: Vec<_> = names.collect();
        Binding { found: vec![Vec::new(); names.len()], names, columns: Vec::new() }
    }

    /// Looks at columns that are new since the last call.
    pub fn update(&mut self, columns: &[String]) {
        if columns.len() == self.columns.len() {
            return;
        }
        self.columns = columns.to_vec();
        let plain: Vec<String> = columns.iter().map(|column| plain_name(column)).collect();
        for (names, found) in self.names.iter().zip(&mut self.found) {
            *found = names.iter().filter_map(|name| plain.iter().position(|column| column == name)).collect();
        }
    }

    /// The value of a field: the first of its columns that is not empty.
    pub fn get<'r>(&self, field: Field, record: &'r Record) -> Option<&'r str> {
        self.found[field as usize].iter().find_map(|&column| record.get(column))
    }

    /// Every value of a field, best first.
    pub fn all<'s, 'r: 's>(&'s self, field: Field, record: &'r Record) -> impl Iterator<Item = &'r str> + 's {
        self.found[field as usize].iter().filter_map(|&column| record.get(column))
    }

    /// The columns of the file so far.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// An error when a file had columns, but none for one of `needed`; each may be met by any of its
    /// fields. `presets`: those worth proposing.
    pub fn check(
        &self,
        file: &str,
        needed: &[&[Field]],
        presets: &[(&str, Preset)],
    ) -> Result<(), TrainError> {
        let missing = self.missing(needed);
        let Some(first) = missing.first().filter(|_| !self.columns.is_empty()) else { return Ok(()) };
        let fits = presets.iter().find(|(_, preset)| {
            let mut other = Binding::new(&ColumnNames::default(), Some(*preset));
            other.update(&self.columns);
            other.missing(needed).is_empty()
        });
        let example = first.split(' ').next().unwrap_or_default();
        let mend = match fits {
            Some((name, _)) => format!("it looks like --preset {name}"),
            None => format!("say which is which by --columns {example}=THEIR_NAME,…"),
        };
        Err(TrainError::MissingColumn {
            file: file.to_owned(),
            missing: missing.join(", "),
            found: shown(&self.columns),
            mend,
        })
    }

    /// What is needed and not there, in words.
    fn missing(&self, needed: &[&[Field]]) -> Vec<String> {
        let met = |fields: &[Field]| fields.iter().any(|&field| !self.found[field as usize].is_empty());
        let words =
            |fields: &[Field]| fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(" or ");
        needed.iter().filter(|fields| !met(fields)).map(|fields| words(fields)).collect()
    }
}
