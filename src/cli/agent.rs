//! placeholder
use crate::store::Store;
use std::io::{BufRead, Write};
pub async fn add(
    _s: &Store,
    _n: &str,
    _r: &str,
    _k: &[String],
    _i: &mut impl BufRead,
    _o: &mut impl Write,
) -> anyhow::Result<bool> {
    Ok(true)
}
pub async fn list(_s: &Store, _json: bool, _o: &mut impl Write) -> anyhow::Result<()> {
    todo!()
}
pub async fn disable(_s: &Store, _n: &str, _o: &mut impl Write) -> anyhow::Result<bool> {
    todo!()
}
