//! `tanish relay contacts`: everybody the relay knows, for a CRM that takes files only.

use std::error::Error;
use std::io;
use std::path::Path;
use tanish::time::rfc3339;
use tanish_relay::queue::{Person, each_person};

pub fn run(config: &Path) -> Result<(), Box<dyn Error>> {
    let database = super::database(config)?;
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    out.write_record([
        "customer_id",
        "email",
        "phone",
        "first_name",
        "last_name",
        "name",
        "company",
        "city",
        "country",
        "updated",
    ])?;
    let mut failed = Ok(());
    each_person(&database, |person| {
        failed = write(&mut out, person);
        failed.is_ok()
    })?;
    failed?;
    Ok(out.flush()?)
}

fn write(out: &mut csv::Writer<io::StdoutLock<'_>>, person: &Person) -> csv::Result<()> {
    let text = |name: &str| {
        let value = person.traits.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        safe(value)
    };
    let of = |value: &Option<String>| safe(value.as_deref().unwrap_or_default());
    out.write_record([
        of(&person.customer),
        of(&person.email),
        // A phone begins with `+` and is digits: no spreadsheet can take it for a formula that does something.
        person.phone.clone().unwrap_or_default(),
        text("first_name"),
        text("last_name"),
        text("name"),
        text("company"),
        text("city"),
        text("country"),
        rfc3339(person.updated),
    ])
}

/// What a spreadsheet would run as a formula is quoted: visitors write these fields.
fn safe(value: &str) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{value}") } else { value.to_owned() }
}
