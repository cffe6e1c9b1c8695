//! What the visitor is worth and likes.

pub mod affinity;
pub mod betageo;
pub mod buying;
pub mod lifetime;
pub mod rfm;
pub mod spend;
pub mod standing;

pub use affinity::{Affinity, affinities};
pub use betageo::{BetaGeo, Model};
pub use buying::{Buying, Period, PurchaseDay};
pub use lifetime::{Lifetime, Outlook};
pub use rfm::{Rfm, RfmScale};
pub use spend::GammaGamma;
pub use standing::{Edges, Past, Standing};

#[cfg(test)]
mod tests;
