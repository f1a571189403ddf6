//! The rules that come with the program.

use super::pack::Pack;

/// The digest that `build.rs` wrote.
static DIGEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pack.bin"));

/// The digest of the built-in rules.
pub(super) fn pack() -> Result<Pack<'static>, postcard::Error> {
    Pack::from_bytes(DIGEST)
}
