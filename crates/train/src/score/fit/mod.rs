//! Lifetime models fitted to a shop's customers.

mod betageo;
mod simplex;
mod spend;

pub(crate) use betageo::Sample;
pub(crate) use simplex::Optimum;
pub(crate) use spend::Spenders;

use thiserror::Error;

/// Why a shop's data make no model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Misfit {
    #[error("customers: {found}, at least {needed} are needed: give more orders, or --params")]
    FewCustomers { found: usize, needed: usize },
    #[error(
        "customers who bought on a second day: {found}, at least {needed} are needed: nothing else tells how often one returns"
    )]
    FewRepeaters { found: usize, needed: usize },
    #[error(
        "customers who spent money on a second day: {found}, at least {needed} are needed: give amounts, or more orders"
    )]
    FewSpenders { found: usize, needed: usize },
    #[error("the likelihood has no maximum: give --params")]
    NoMaximum,
}

#[cfg(test)]
mod tests;
