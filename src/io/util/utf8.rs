//! A string that bytes are read into.
//!
//! The string lends its memory to the future that reads, and gets it back in every case: when
//! the future is done, when it fails, and when it is dropped half-way.

use std::io;
use std::str::Utf8Error;

/// Gives `bytes` back to the `text` they were borrowed from.
///
/// # Errors
///
/// If they are not UTF-8. `text` then keeps the first `kept` bytes, which are known to be.
pub(super) fn give_back(text: &mut String, bytes: Vec<u8>, kept: usize) -> Result<(), Utf8Error> {
    match String::from_utf8(bytes) {
        Ok(whole) => {
            *text = whole;
            Ok(())
        }
        Err(error) => {
            let problem = error.utf8_error();
            let mut bytes = error.into_bytes();
            bytes.truncate(kept);
            *text = String::from_utf8(bytes).expect("these bytes came from a string");
            Err(problem)
        }
    }
}

/// The error of a reader whose bytes are not text.
pub(super) fn not_text(problem: Utf8Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}
