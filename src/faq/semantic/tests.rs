//! A made-up model in the format of the real one: the whole path from bytes to a ranking, without a download. Where
//! `VESTIBULE_TEST_SEMANTIC` names the folder of the real one, that is tried too.

use std::io::{Cursor, Write};
use std::sync::Arc;

use zip::write::SimpleFileOptions;

use super::super::{Article, Base, Dial, Query};
use super::*;

const WIDTH: usize = 8;
/// Both words of a line get one embedding, so they mean the same.
const SAME: [[&str; 2]; 3] = [["password", "credential"], ["printer", "stampante"], ["invoice", "fattura"]];

/// The bytes of [`PIECES`] and [`WEIGHTS`].
pub(crate) fn tiny() -> (Vec<u8>, Vec<u8>) {
    let mut pieces = vec!["<unk>".to_owned(), "<s>".into(), "</s>".into(), "▁".into()];
    pieces.extend(SAME.iter().flatten().map(|word| format!("▁{word}")));
    let mut file = Vec::new();
    for (id, piece) in pieces.iter().enumerate() {
        let mut inside = field(1, piece.as_bytes());
        inside.push(2 << 3 | 5);
        inside.extend((if id < 3 { 0.0 } else { -1.0_f32 }).to_le_bytes());
        file.extend(field(1, &inside));
    }
    file.extend(field(3, &field(2, &table())));
    (file, weights(pieces.len()))
}

fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = value.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(value);
    bytes
}

/// A normaliser's table that knows `A` alone and makes it `a`: a root whose child for a byte is at `1 ^ byte`.
fn table() -> Vec<u8> {
    let mut units = vec![0_u32; 256];
    units[0] = 1 << 10;
    let a = 1 ^ usize::from(b'A');
    // its leaf is at an offset of 2 from it
    units[a] = 2 << 10 | 0x100 | u32::from(b'A');
    units[a ^ 2] = 0x8000_0000;
    let mut bytes = (units.len() as u32 * 4).to_le_bytes().to_vec();
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes.extend(b"a\0");
    bytes
}

fn weights(pieces: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut write = |name: &str, kind: &str, shape: &str, data: &[u8]| {
        archive.start_file(format!("{name}.npy"), SimpleFileOptions::default()).expect("a new file");
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}\n");
        let start =
            [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
        archive.write_all(&[&start, data].concat()).expect("written to memory");
    };
    let rows = pieces.div_ceil(2);
    for part in 0..2 {
        let embedding = |row: usize| {
            let id = row * 2 + part;
            let meaning = if id >= 4 { 1 + (id - 4) / 2 } else { 0 };
            (0..WIDTH).map(move |at| if at == meaning { 255 } else { 0 })
        };
        let bytes: Vec<u8> = (0..rows).flat_map(embedding).collect();
        write(&format!("q{}", part + 1), "|u1", &format!("{rows}, {WIDTH}"), &bytes);
    }
    let mut floats = |name: &str, shape: &str, values: Vec<f32>| {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        write(name, "<f4", shape, &bytes);
    };
    let unit = |rows: usize, columns: usize| -> Vec<f32> {
        (0..rows * columns).map(|at| if at / columns % columns == at % columns { 1.0 } else { 0.0 }).collect()
    };
    floats("scale", "2,", vec![1.0 / 255.0; 2]);
    floats("lo", "2,", vec![0.0; 2]);
    for n in [2, 3, 5] {
        floats(&format!("proj{n}"), "8, 8", unit(8, 8));
        for name in ["proj_b", "ln_b", "b1_", "b2_"] {
            floats(&format!("{name}{n}"), "8,", vec![0.0; 8]);
        }
        floats(&format!("ln_g{n}"), "8,", vec![1.0; 8]);
        floats(&format!("w1_{n}"), &format!("{}, 8", 8 * n), vec![0.0; 64 * n]);
        floats(&format!("w2_{n}"), &format!("{}, 8", 8 * n), vec![0.0; 64 * n]);
    }
    floats("ln_g", "32,", vec![1.0; 32]);
    floats("ln_b", "32,", vec![0.0; 32]);
    floats("cnn_W", "32, 8", unit(32, 8));
    floats("cnn_b", "8,", vec![0.0; 8]);
    for name in ["d0", "d1", "d2", "d3", "p1", "p3"] {
        floats(name, "8, 8", unit(8, 8));
    }
    floats("eps", "1,", vec![1e-12]);
    archive.finish().expect("a whole archive").into_inner()
}

fn encoder() -> Arc<Encoder> {
    let (pieces, weights) = tiny();
    Arc::new(Encoder::read(&pieces, &weights).expect("the made-up model"))
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn articles() -> Vec<Article> {
    let article = |id: &str, question: &str| Article {
        id: id.to_owned(),
        questions: [("en".to_owned(), vec![question.to_owned()])].into(),
        ..Article::default()
    };
    vec![article("access", "password"), article("print", "printer"), article("money", "invoice")]
}

#[test]
fn words_of_one_meaning_are_near_and_others_are_not() {
    let encoder = encoder();
    let [password, credential, printer] =
        ["password", "credential", "printer"].map(|text| encoder.encode(text));
    assert!((cosine(&password, &password) - 1.0).abs() < 1e-5, "of length one");
    assert!(cosine(&password, &credential) > 0.999);
    assert!(cosine(&password, &printer) < 0.9);
    assert_eq!(encoder.encode_all(&["password", "printer"]), [password, printer].concat());
}

#[test]
fn pieces_are_the_most_likely_after_the_model_s_own_table() {
    let tokens = Tokens::read(&tiny().0).expect("the made-up pieces");
    assert_eq!(tokens.encode("password"), [1, 4, 2]);
    assert_eq!(tokens.encode("  pAssword   credential "), [1, 4, 5, 2]);
    assert_eq!(tokens.encode("x"), [1, 3, 0, 2], "what it does not know");
    assert_eq!(tokens.encode(" "), [1, 0, 2]);
}

#[test]
fn a_base_with_a_model_finds_other_words_for_the_same() {
    let encoder = encoder();
    let ask = |base: &Base| base.rank(&Query { text: "stampante", locale: Some("en"), context: &[] });
    let lexical = ask(&Base::build(articles(), Dial::default()));
    assert!(!lexical.suggest && lexical.hits.iter().all(|hit| hit.terms.semantic == 0.0), "{lexical:?}");
    let base = Base::build_with(articles(), Dial::default(), Some(&encoder), &[]);
    let found = ask(&base);
    assert_eq!(base.article(found.hits[0].article).id, "print");
    assert!(found.hits[0].terms.semantic > 0.4, "{found:?}");
    assert!((found.hits[0].terms.total() - found.hits[0].score).abs() < 1e-9);
    let again = Base::build_with(articles(), Dial::default(), Some(&encoder), &[&base]);
    assert_eq!(ask(&again), found, "with the vectors of another base");
    for text in ["", "?", "😀", &"x".repeat(10_000), "\u{0}\u{7}"] {
        let found = base.rank(&Query { text, ..Query::default() });
        assert!(found.hits.iter().all(|hit| hit.score.is_finite()));
    }
}

#[test]
fn a_broken_model_says_what_is_wrong() {
    let (pieces, weights) = tiny();
    let error =
        |pieces: &[u8], weights: &[u8]| Encoder::read(pieces, weights).expect_err("an error").to_string();
    assert_eq!(error(&pieces[..40], &weights), "sp.model: is cut short or no SentencePiece model");
    assert!(error(&pieces, &weights[..100]).starts_with("weights.npz: is no zip archive"));
    let more = [pieces.clone(), field(1, &field(1, b"one more")), field(1, &field(1, b"and more"))].concat();
    assert_eq!(error(&more, &weights), "weights.npz: has embeddings for fewer than the 12 pieces");
    for cut in 0..pieces.len().min(300) {
        let _ = Encoder::read(&pieces[..cut], &weights);
    }
}

#[test]
fn the_real_model_tells_meanings_across_languages() {
    let Ok(folder) = std::env::var("VESTIBULE_TEST_SEMANTIC") else { return };
    let bytes = |name| std::fs::read(std::path::Path::new(&folder).join(name)).expect("a file of the model");
    let encoder = Encoder::read(&bytes(PIECES), &bytes(WEIGHTS)).expect("the model");
    let texts = ["How do I reset my password?", "Come reimposto la password?", "Where is my parcel?"];
    let [english, italian, parcel] = texts.map(|text| encoder.encode(text));
    assert!(cosine(&english, &italian) > 0.6 && cosine(&english, &parcel) < 0.4);
    let ids = Tokens::read(&bytes(PIECES)).expect("pieces").encode("ﬁne   ２３ € 😀 é");
    assert_eq!(ids, [1, 1668, 1558, 7256, 6, 0, 165, 2], "as the Python package cuts it");
}
