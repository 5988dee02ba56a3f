//! The phone: signatures held to the vendor's vectors, documents held to the schema.

mod agents;
pub mod desk;
mod dialects;
mod documents;
pub mod people;
mod posts;
mod served;
mod signatures;
mod slow;
mod table;
