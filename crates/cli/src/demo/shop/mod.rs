//! The demo shop itself: what it sells, to whom, and its pages. It knows nothing of models: what is
//! personal on a page is decided in the page.

pub mod cart;
pub mod catalog;
pub mod crm;
pub mod customers;
pub mod lang;
pub mod money;
pub mod pages;
pub mod search;
pub mod state;
pub mod strings;
pub mod templates;
pub mod tile;
pub mod view;
pub mod visit;
