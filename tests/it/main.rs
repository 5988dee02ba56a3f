//! Tests over the library's doors, in one binary.

#[cfg(feature = "postgres")]
mod postgres;
mod store;
