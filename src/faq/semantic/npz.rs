//! NumPy's `.npz`: a zip of arrays, each with a header that says type and shape.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::ModelError;

/// An array, row by row.
pub(super) struct Array {
    pub shape: Vec<usize>,
    kind: Kind,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Byte,
    F32,
    F64,
}

/// No array of a model is larger; a file that says so is broken.
const LARGEST: u64 = 1 << 30;

/// All arrays by name.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Array>, ModelError> {
    let broken = |error: zip::result::ZipError| ModelError::new(format!("is no zip archive: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut arrays = BTreeMap::new();
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(broken)?;
        let name = file.name().map_err(broken)?.trim_end_matches(".npy").to_owned();
        let mut inside = Vec::new();
        file.take(LARGEST)
            .read_to_end(&mut inside)
            .map_err(|error| ModelError::new(format!("`{name}`: {error}")))?;
        let array =
            array(&inside).ok_or_else(|| ModelError::new(format!("`{name}` is no array of this kind")))?;
        arrays.insert(name, array);
    }
    Ok(arrays)
}

/// The `.npy` format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
fn array(bytes: &[u8]) -> Option<Array> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (length, start): (usize, usize) = match rest.first()? {
        1 => (usize::from(u16::from_le_bytes(rest.get(2..4)?.try_into().ok()?)), 4),
        _ => (u32::from_le_bytes(rest.get(2..6)?.try_into().ok()?) as usize, 6),
    };
    let header = std::str::from_utf8(rest.get(start..start.checked_add(length)?)?).ok()?;
    let data = rest.get(start + length..)?;
    let after = |key: &str| header.split_once(key).map(|(_, rest)| rest);
    if after("'fortran_order':")?.trim_start().starts_with("True") {
        return None;
    }
    let (kind, size) = match after("'descr':")?.trim_start().split('\'').nth(1)? {
        "|u1" | "|i1" => (Kind::Byte, 1),
        "<f4" => (Kind::F32, 4),
        "<f8" => (Kind::F64, 8),
        _ => return None,
    };
    let inside = after("'shape':")?.split_once('(')?.1.split_once(')')?.0;
    let numbers = inside.split(',').map(str::trim).filter(|part| !part.is_empty());
    let shape: Vec<usize> = numbers.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let items = shape.iter().try_fold(1_usize, |all, &n| all.checked_mul(n))?;
    (items.checked_mul(size)? == data.len()).then(|| Array { shape, kind, bytes: data.to_vec() })
}

impl Array {
    /// Numbers of 32 bits; of 64 they are cut.
    pub fn floats(&self) -> Option<Vec<f32>> {
        let four = |part: &[u8]| part.try_into().map_or(0.0, f32::from_le_bytes);
        let eight = |part: &[u8]| part.try_into().map_or(0.0, f64::from_le_bytes) as f32;
        match self.kind {
            Kind::F32 => Some(self.bytes.chunks_exact(4).map(four).collect()),
            Kind::F64 => Some(self.bytes.chunks_exact(8).map(eight).collect()),
            Kind::Byte => None,
        }
    }

    pub fn into_bytes(self) -> Option<Vec<u8>> {
        (self.kind == Kind::Byte).then_some(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_is_refused() {
        assert!(read(b"").is_err() && read(b"PK\x03\x04 and nothing else").is_err());
        assert!(array(b"\x93NUMPY\x01\x00\xff\xff").is_none());
        let of = |header: &str, data: &[u8]| {
            let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
            bytes.extend((header.len() as u16).to_le_bytes());
            bytes.extend(header.as_bytes());
            bytes.extend(data);
            array(&bytes).map(|array| (array.shape.clone(), array.floats()))
        };
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
        let two = [1.0_f32.to_le_bytes(), 2.5_f32.to_le_bytes()].concat();
        assert_eq!(of(header, &two), Some((vec![2], Some(vec![1.0, 2.5]))));
        assert_eq!(of(header, &two[..7]), None);
        assert_eq!(of(&header.replace("False", "True"), &two), None);
        assert_eq!(of(&header.replace("<f4", "<c8"), &two), None);
    }
}
