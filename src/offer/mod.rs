//! Which offer, to whom, in which arm of which test.
//!
//! Campaigns are feature payloads in GrowthBook's format, specification 0.12.0: a GrowthBook server can
//! publish them, or a marketer writes `campaigns.json`. They are read once into a form that is quick to
//! ask ([`Campaigns`]); an [`Evaluation`] answers for one visitor, synchronously and without a network.

mod bucket;
mod campaigns;
#[cfg(any(test, feature = "conformance"))]
pub mod cases;
mod condition;
mod evaluate;
mod experiment;
mod group;
mod host;
mod operator;
mod path;
mod problem;
mod prune;
mod reduce;
mod references;
mod result;
mod sticky;
mod target;
mod told;
mod version;

pub use bucket::{Namespace, choose, equal_weights, place, query_override, ranges};
pub use campaigns::Campaigns;
pub use condition::holds;
pub use evaluate::Evaluation;
pub use experiment::Experiment;
pub use group::REMOTE_GROUPS;
pub use host::{Address, Host};
pub use problem::{Problem, problems};
pub use prune::{Pruned, Pruner};
pub use reduce::reduce;
pub use result::{ExperimentResult, FeatureResult};
pub use sticky::StickyBuckets;

#[cfg(test)]
mod tests;
