//! SHA-256 of a file, read in ranges.

use sha2::{Digest, Sha256};

use super::error::ExtractError;
use super::parquet_file::source_error;
use super::source::Source;
use crate::pace::Pace;

/// Bytes read at a time: more than are hashed at a time, since a host may take milliseconds to answer.
const RANGE: usize = 4 << 20;
/// Bytes hashed at a time.
const PIECE: usize = 1 << 20;

/// The file's SHA-256 as 64 hexadecimal digits.
///
/// # Errors
/// The file cannot be read or changed; the run was cancelled.
pub async fn sha256(source: &dyn Source, pace: &Pace) -> Result<String, ExtractError> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; RANGE.min(source.len() as usize)];
    let mut at = 0;
    while at < source.len() {
        let wanted = RANGE.min((source.len() - at) as usize);
        let range = &mut buffer[..wanted];
        source.read(at, range).map_err(|error| source_error(source.name().to_owned(), &error))?;
        for piece in range.chunks(PIECE) {
            digest.update(piece);
            at += piece.len() as u64;
            pace.tick(at, source.len()).await?;
        }
    }
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = digest.finalize().iter().flat_map(|&byte| [byte >> 4, byte & 15]).collect::<Vec<u8>>();
    Ok(digits.into_iter().map(|digit| char::from(DIGITS[usize::from(digit)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::source::BytesSource;
    use crate::pace::block_on;

    #[test]
    fn known_answers() {
        let hash = |bytes: Vec<u8>| block_on(sha256(&BytesSource::new("x", bytes), &Pace::unhurried())).unwrap();
        // FIPS 180-4 examples.
        assert_eq!(hash(b"abc".to_vec()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hash(Vec::new()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hash(vec![b'a'; 1_000_000]), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
}
