//! The phone: signatures held to the vendor's vectors, documents held to the schema.

mod documents;
mod posts;
mod signatures;
