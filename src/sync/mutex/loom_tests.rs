//! Models of the races for a mutex.
