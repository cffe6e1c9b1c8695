//! Packed numbers: LEB128 varints, zigzag, little-endian floats.

use super::ModelError;

/// Appends `number` as a varint, 7 bits a byte, low bits first.
pub(super) fn put_varint(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Maps small negative and positive numbers to small ones.
pub(super) fn zigzag(number: i32) -> u32 {
    ((number << 1) ^ (number >> 31)) as u32
}

/// The inverse of [`zigzag`].
pub(super) fn unzigzag(number: u32) -> i32 {
    (number >> 1) as i32 ^ -((number & 1) as i32)
}

/// Reads from the front of a slice; every step is checked.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(ModelError::Damaged("cut short"))?;
        self.0 = tail;
        Ok(head)
    }

    pub fn byte(&mut self) -> Result<u8, ModelError> {
        Ok(self.take(1)?[0])
    }

    pub fn varint(&mut self) -> Result<u32, ModelError> {
        let mut number = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).map_err(|_| ModelError::Damaged("number too large"));
            }
        }
        Err(ModelError::Damaged("number too long"))
    }

    /// A count of things that take at least one byte each, so never more than bytes are left.
    pub fn count(&mut self) -> Result<usize, ModelError> {
        let count = self.varint()? as usize;
        if count > self.0.len() { Err(ModelError::Damaged("count beyond the end")) } else { Ok(count) }
    }

    pub fn f32(&mut self) -> Result<f32, ModelError> {
        let bytes = self.take(4)?;
        Ok(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(number: u32, signed: i32) {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, number);
            prop_assert_eq!(Reader(&bytes).varint(), Ok(number));
            prop_assert_eq!(unzigzag(zigzag(signed)), signed);
        }
    }
}
