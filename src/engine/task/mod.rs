//! One spawned future and its word of state.

pub(crate) mod budget;
pub(crate) mod entered;
