//! Column names and customs of well-known exports.

use super::columns::Field;
use crate::TrainError;
use std::str::FromStr;

/// A well-known kind of order export.
///
/// Letter case, blanks, `_` and `-` in column names do not matter. Where several columns are named,
/// the first one that is not empty counts.
///
/// | preset | order | product | customer | time | line | state |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | `uci-online-retail` | `InvoiceNo` | `StockCode` | `CustomerID` | `InvoiceDate`, also as `12/1/2010 8:26` (month first) | `Quantity`, `UnitPrice`, `Description`, `Country` | invoices `C…` are returns, each taking back at most what the latest earlier sale of the product to the customer gave; codes that do not begin with five digits are not products |
/// | `shopify` (orders export) | `Name` | `Lineitem sku`, `Lineitem name` | `Customer ID`, `Email` | `Created at`, `Paid at` | `Lineitem quantity`, `Lineitem price`, `Lineitem name`, `Lineitem discount`, `Vendor`, `Shipping Country`, `Billing Country`, `Discount Code`, `Source` | `Cancelled at`, `Financial Status` (a sale they call cancelled or refunded counts for nothing); what stands only on the first line of an order holds for all its lines |
/// | `woocommerce` (order export with a row a line item) | `Order Number`, `Order ID` | `Product ID`, `SKU`, `Item Name`, `Product Name` | `Customer User ID`, `Customer ID`, `Email (Billing)`, `Billing Email`; `0` is a guest | `Order Date`, `Date`, `Paid Date` | `Quantity (- Refund)`, `Quantity`, `Item Cost`, `Item Price`, `Item Total`, `Item Name`, `Category`, `Coupon Code`, `Discount Amount`, `Country Code (Billing)`, `Billing Country` | `Order Status`, `Status`: as with Shopify; a quantity of 0 is a sale refunded whole |
/// | `ga4` (BigQuery export, a row an item or events with `items`) | `ecommerce.transaction_id`, `transaction_id` | `items.item_id`, `item_id` | `user_id`, `user_pseudo_id` | `event_timestamp`, `event_date` | `items.quantity`, `items.price`, `items.item_revenue`, `items.item_name`, `items.item_brand`, `items.item_category`, `items.coupon`, `geo.country`; without the prefix too, and with `_` for the dot | `event_name`: `purchase` is kept, `refund` takes back what its order gave, others are passed over |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The UCI "Online Retail" table.
    UciOnlineRetail,
    /// Shopify's order export.
    Shopify,
    /// The usual order exports of WooCommerce.
    WooCommerce,
    /// Google Analytics 4 in BigQuery.
    Ga4,
}

/// What the state of a row makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Bought.
    Sale,
    /// Given back, refunded or cancelled.
    Return,
    /// Never bought.
    Other,
}

impl Preset {
    /// All, with their names.
    pub const ALL: [(&'static str, Preset); 4] = [
        ("uci-online-retail", Preset::UciOnlineRetail),
        ("shopify", Preset::Shopify),
        ("woocommerce", Preset::WooCommerce),
        ("ga4", Preset::Ga4),
    ];

    /// The columns that may hold a field, best first.
    pub(crate) fn names(self, field: Field) -> &'static [&'static str] {
        match self {
            Preset::UciOnlineRetail => uci(field),
            Preset::Shopify => shopify(field),
            Preset::WooCommerce => woocommerce(field),
            Preset::Ga4 => ga4(field),
        }
    }

    /// Whether a code is one of a product, as opposed to postage, fees and vouchers.
    pub(crate) fn is_product(self, product: &str) -> bool {
        match self {
            Preset::UciOnlineRetail => {
                product.len() >= 5 && product.bytes().take(5).all(|byte| byte.is_ascii_digit())
            }
            _ => true,
        }
    }

    /// Whether the order's id alone says that it was cancelled.
    pub(crate) fn cancels(self, order: &str) -> bool {
        self == Preset::UciOnlineRetail && order.starts_with(['C', 'c'])
    }

    /// Whether a customer's id stands for nobody in particular.
    pub(crate) fn is_guest(self, customer: &str) -> bool {
        self == Preset::WooCommerce && customer == "0"
    }

    /// Whether the columns of an order are filled on its first line only.
    pub(crate) fn carries_down(self) -> bool {
        self == Preset::Shopify
    }
}

impl FromStr for Preset {
    type Err = TrainError;

    fn from_str(text: &str) -> Result<Preset, TrainError> {
        Preset::ALL.iter().find(|(name, _)| *name == text).map(|(_, preset)| *preset).ok_or_else(|| {
            let names: Vec<_> = Preset::ALL.iter().map(|(name, _)| *name).collect();
            TrainError::Option {
                option: "--preset",
                reason: format!("there is no {text:?}; there are {}", names.join(", ")),
            }
        })
    }
}

/// What the words of a status or event column say.
pub(crate) fn state(word: &str) -> State {
    let word = word.to_ascii_lowercase();
    match word.strip_prefix("wc-").unwrap_or(&word) {
        "cancelled" | "canceled" | "refunded" | "voided" | "returned" | "refund" => State::Return,
        "failed" | "draft" | "checkout-draft" | "trash" | "abandoned" => State::Other,
        _ => State::Sale,
    }
}

fn uci(field: Field) -> &'static [&'static str] {
    match field {
        Field::OrderId => &["InvoiceNo", "Invoice"],
        Field::ProductId => &["StockCode"],
        Field::CustomerId => &["CustomerID"],
        Field::Timestamp => &["InvoiceDate"],
        Field::Price => &["UnitPrice"],
        Field::Title => &["Description"],
        _ => &[],
    }
}

fn shopify(field: Field) -> &'static [&'static str] {
    match field {
        Field::OrderId => &["Name"],
        Field::ProductId => &["Lineitem sku", "Lineitem name"],
        Field::CustomerId => &["Customer ID", "Email"],
        Field::Timestamp => &["Created at", "Paid at"],
        Field::Quantity => &["Lineitem quantity"],
        Field::Price => &["Lineitem price"],
        Field::Title => &["Lineitem name"],
        Field::Country => &["Shipping Country", "Billing Country"],
        Field::City => &["Shipping City", "Billing City"],
        Field::Region => &["Shipping Province", "Billing Province"],
        Field::Coupon => &["Discount Code"],
        Field::Discount => &["Lineitem discount"],
        Field::Channel => &["Source"],
        Field::Brand => &["Vendor"],
        Field::Status => &["Financial Status"],
        Field::CancelledAt => &["Cancelled at"],
        _ => &[],
    }
}

fn woocommerce(field: Field) -> &'static [&'static str] {
    match field {
        Field::OrderId => &["Order Number", "Order ID"],
        Field::ProductId => &["Product ID", "SKU", "Item Name", "Product Name"],
        Field::CustomerId => &["Customer User ID", "Customer ID", "Email (Billing)", "Billing Email"],
        Field::Timestamp => &["Order Date", "Date", "Paid Date"],
        Field::Quantity => &["Quantity (- Refund)", "Quantity"],
        Field::Price => &["Item Cost", "Item Price"],
        Field::Amount => &["Item Total"],
        Field::Title => &["Item Name", "Product Name"],
        Field::Country => &["Country Code (Billing)", "Billing Country"],
        Field::City => &["City (Billing)", "Billing City"],
        Field::Region => &["State Code (Billing)", "Billing State"],
        Field::Coupon => &["Coupon Code"],
        Field::Discount => &["Discount Amount"],
        Field::Status => &["Order Status", "Status"],
        _ => &[],
    }
}

fn ga4(field: Field) -> &'static [&'static str] {
    match field {
        Field::OrderId => &["ecommerce.transaction_id", "ecommerce_transaction_id", "transaction_id"],
        Field::ProductId => &["items.item_id", "items_item_id", "item_id"],
        Field::CustomerId => &["user_id", "user_pseudo_id"],
        Field::Timestamp => &["event_timestamp", "event_date"],
        Field::Quantity => &["items.quantity", "items_quantity"],
        Field::Price => &["items.price", "items_price", "item_price"],
        Field::Amount => &["items.item_revenue", "items_item_revenue", "item_revenue"],
        Field::Title => &["items.item_name", "items_item_name", "item_name"],
        Field::Brand => &["items.item_brand", "items_item_brand", "item_brand"],
        Field::Category => &["items.item_category", "items_item_category", "item_category"],
        Field::Coupon => &["items.coupon", "items_coupon"],
        Field::Country => &["geo.country", "geo_country"],
        Field::City => &["geo.city", "geo_city"],
        Field::Region => &["geo.region", "geo_region"],
        Field::Event => &["event_name"],
        _ => &[],
    }
}
