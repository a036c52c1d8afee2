//! Models of the races for a lock of many readers.
