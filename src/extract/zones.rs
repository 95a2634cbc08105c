//! Time zones of timestamp columns, as the writer noted them.
//!
//! Parquet itself only says whether a timestamp is an instant in UTC. Arrow's writers keep the zone in
//! the footer: base64 of a flatbuffer (`ARROW:schema`, Arrow's `Message.fbs` and `Schema.fbs`). Only the
//! zones are read from it, by offsets checked one by one: whatever it says can do no harm.

/// Key of the footer's metadata.
pub(super) const ARROW_SCHEMA: &str = "ARROW:schema";

/// Header type of a schema message and type tag of a timestamp, in Arrow's flatbuffers.
const SCHEMA_HEADER: u8 = 1;
const TIMESTAMP_TYPE: u8 = 10;

/// (column name, zone) of every timestamp column with a zone; empty if the text is not what it should be.
pub(super) fn zones(encoded: &str) -> Vec<(String, String)> {
    base64(encoded).and_then(|bytes| Buffer { bytes: &bytes }.zones()).unwrap_or_default()
}

struct Buffer<'a> {
    bytes: &'a [u8],
}

impl Buffer<'_> {
    fn zones(&self) -> Option<Vec<(String, String)>> {
        // An encapsulated message: 0xFFFFFFFF, length, flatbuffer; older writers leave the first word out.
        let start = if self.u32(0)? == u32::MAX { 8 } else { 4 };
        let message = self.follow(start)?;
        if self.byte(self.field(message, 1)?)? != SCHEMA_HEADER {
            return None;
        }
        let schema = self.follow(self.field(message, 2)?)?;
        let fields = self.follow(self.field(schema, 1)?)?;
        let count = self.u32(fields)? as usize;
        let mut found = Vec::new();
        for i in 0..count.min(self.bytes.len() / 4) {
            let field = self.follow(fields.checked_add(4 + 4 * i)?)?;
            let is_timestamp = self.field(field, 2).and_then(|at| self.byte(at)) == Some(TIMESTAMP_TYPE);
            let name = self.field(field, 0).and_then(|at| self.text(at));
            let zone = self
                .field(field, 3)
                .and_then(|at| self.follow(at))
                .and_then(|table| self.field(table, 1))
                .and_then(|at| self.text(at));
            if let (true, Some(name), Some(zone)) = (is_timestamp, name, zone) {
                found.push((name, zone));
            }
        }
        Some(found)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// What the offset at `at` points to.
    fn follow(&self, at: usize) -> Option<usize> {
        at.checked_add(self.u32(at)? as usize)
    }

    /// Where field number `id` of the table at `table` lies; `None` when absent.
    fn field(&self, table: usize, id: usize) -> Option<usize> {
        let back = i32::from_le_bytes(self.u32(table)?.to_le_bytes());
        let vtable = usize::try_from(i64::try_from(table).ok()? - i64::from(back)).ok()?;
        let short = |at: usize| {
            let bytes = self.bytes.get(at..at.checked_add(2)?)?;
            Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
        };
        let slot = 4 + 2 * id;
        if slot + 2 > short(vtable)? {
            return None;
        }
        match short(vtable.checked_add(slot)?)? {
            0 => None,
            offset => table.checked_add(offset),
        }
    }

    fn text(&self, at: usize) -> Option<String> {
        let start = self.follow(at)?;
        let length = self.u32(start)? as usize;
        let from = start.checked_add(4)?;
        let bytes = self.bytes.get(from..from.checked_add(length)?)?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}

/// Standard base64, padded or not.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for byte in text.bytes().filter(|b| *b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::{DataType, Field, Schema, TimeUnit};

    use super::*;

    #[test]
    fn zones_come_back_as_written() {
        let stamp = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Arc::from));
        let schema = Schema::new(vec![
            Field::new("a", DataType::Int64, false),
            Field::new("local", stamp(None), true),
            Field::new("zoned", stamp(Some("+02:00")), true),
            Field::new("list", DataType::new_list(DataType::Utf8, true), true),
            Field::new("city", stamp(Some("America/New_York")), true),
        ]);
        let encoded = parquet::arrow::encode_arrow_schema(&schema);
        let expected = [("zoned", "+02:00"), ("city", "America/New_York")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(zones(&encoded), expected);
    }

    #[test]
    fn nonsense_has_no_zones() {
        for text in ["", "!", "AAAA", "/////wAAAAD/////", "////////////////////"] {
            assert!(zones(text).is_empty(), "{text}");
        }
    }
}
