//! Who is here: the cookie, the consent, the history, and the profile that holds them together.

mod cart;
pub mod consent;
pub mod cookie;
pub mod history;
pub mod id;
mod merge;
pub mod permission;
pub mod preferences;
pub mod profile;
pub mod twin;

pub use cart::Cart;
pub use consent::{Choice, Consent, Mode, Purpose};
pub use history::{Action, HistoryEntry};
pub use id::VisitorId;
pub use permission::Permissions;
pub use preferences::Preferences;
pub use profile::Profile;
pub use twin::Twin;
