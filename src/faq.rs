//! (stub until the ranking lands)
use std::collections::BTreeMap;
#[derive(Debug, Default)]
pub struct Base;
pub struct Query<'a> {
    pub text: &'a str,
    pub locale: Option<&'a str>,
    pub context: &'a [String],
}
pub struct Hit {
    pub article: usize,
    pub score: f64,
}
pub struct Ranking {
    pub hits: Vec<Hit>,
    pub suggest: bool,
    pub threshold: f64,
}
impl Ranking {
    pub fn sure(&self) -> bool {
        self.suggest
    }
}
#[derive(Debug)]
pub struct Article {
    pub id: String,
    pub tags: Vec<String>,
    pub questions: BTreeMap<String, Vec<String>>,
    pub answer: BTreeMap<String, String>,
    pub voice: BTreeMap<String, String>,
}
impl Base {
    pub fn rank(&self, _q: &Query<'_>) -> Ranking {
        Ranking { hits: vec![], suggest: false, threshold: 0.0 }
    }
    pub fn article(&self, _i: usize) -> &Article {
        todo!()
    }
    pub fn by_id(&self, _id: &str) -> Option<&Article> {
        None
    }
}
