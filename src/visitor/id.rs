//! The visitor's id: a UUIDv7 (RFC 9562), which carries the time of its issue.

use crate::random::Random;
use crate::time::{DAY, Millis};
use uuid::{Builder, Uuid, Variant};

/// How long an id lives from its first issue, never extended: 13 months, as the CNIL allows for
/// audience measurement, taken as 395 days.
pub const LIFETIME: Millis = 395 * DAY;

/// How far an id may come from the future: clocks of visitors are wrong by hours, not by days.
const SKEW: Millis = DAY;

/// A new UUIDv7.
pub fn new_uuid(now: Millis, random: &mut Random) -> Uuid {
    let mut bits = [0; 10];
    bits[..8].copy_from_slice(&random.bits().to_le_bytes());
    bits[8..].copy_from_slice(&random.bits().to_le_bytes()[..2]);
    Builder::from_unix_timestamp_millis(now.min((1 << 48) - 1), &bits).into_uuid()
}

/// A visitor's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitorId(Uuid);

impl VisitorId {
    /// A new id.
    pub fn issue(now: Millis, random: &mut Random) -> VisitorId {
        VisitorId(new_uuid(now, random))
    }

    /// Reads the canonical form only: 36 characters, lower case, version 7.
    pub fn parse(text: &str) -> Option<VisitorId> {
        let uuid = Uuid::try_parse(text).ok()?;
        let canonical = uuid.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text;
        let v7 = uuid.get_version_num() == 7 && uuid.get_variant() == Variant::RFC4122;
        (canonical && v7).then_some(VisitorId(uuid))
    }

    /// When it was issued.
    pub fn issued(self) -> Millis {
        self.0.as_bytes()[..6].iter().fold(0, |millis, byte| millis << 8 | u64::from(*byte))
    }

    /// Whether it may still be used: not older than [`LIFETIME`], not from the future.
    pub fn alive(self, now: Millis) -> bool {
        self.issued() <= now.saturating_add(SKEW) && now < self.issued().saturating_add(LIFETIME)
    }
}

impl core::fmt::Display for VisitorId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.0.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_329_421_042;

    #[test]
    fn carries_its_time() {
        let id = VisitorId::issue(NOW, &mut Random::new([7; 4]));
        assert_eq!(id.issued(), NOW);
        assert_eq!(VisitorId::parse(&id.to_string()), Some(id));
        assert!(id.alive(NOW) && id.alive(NOW + LIFETIME - 1) && id.alive(NOW - SKEW));
        assert!(!id.alive(NOW + LIFETIME) && !id.alive(NOW - SKEW - 1));
    }

    #[test]
    fn other_forms_are_refused() {
        let id = VisitorId::issue(NOW, &mut Random::new([7; 4])).to_string();
        let version_four = "6f2b1a9e-8c5d-4f3a-9b7e-2d1c0a9f8e7d";
        let hex = id.replace('-', "");
        for text in
            ["", "x", version_four, &id.to_uppercase(), &hex, &format!("{{{id}}}"), &format!("urn:uuid:{id}")]
        {
            assert_eq!(VisitorId::parse(text), None, "{text}");
        }
    }
}
