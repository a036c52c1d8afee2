//! The private machine under every public room. Nothing here imports from above.

#[allow(unsafe_code)]
pub(crate) mod ring;
#[allow(unsafe_code)]
pub(crate) mod task;
