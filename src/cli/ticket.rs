//! placeholder
use crate::store::Store;
use std::io::Write;
pub async fn list(_s: &Store, _json: bool, _o: &mut impl Write) -> anyhow::Result<()> {
    todo!()
}
pub async fn show(
    _s: &Store,
    _c: &str,
    _json: bool,
    _col: bool,
    _o: &mut impl Write,
) -> anyhow::Result<bool> {
    todo!()
}
