//! The attribute macros of ringloop.
