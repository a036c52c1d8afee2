//! The private machine under every public room. Nothing here imports from above.

#[allow(unsafe_code)]
pub(crate) mod blocking;
#[allow(unsafe_code)]
pub(crate) mod clock;
#[allow(unsafe_code)]
pub(crate) mod reactor;
#[allow(unsafe_code)]
pub(crate) mod ring;
#[allow(unsafe_code)]
pub(crate) mod scheduler;
#[allow(unsafe_code)]
pub(crate) mod task;
