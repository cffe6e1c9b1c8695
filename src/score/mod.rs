//! What the visitor is worth and likes.

pub mod affinity;
pub mod rfm;

pub use affinity::{Affinity, affinities};
pub use rfm::{Rfm, RfmScale};
