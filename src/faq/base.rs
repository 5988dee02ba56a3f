//! All articles, searchable in every locale.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::article::Article;
use super::calibration::Dial;
use super::language;
use super::normalize;
use super::ranking::{HITS, Hit, Query, Ranking};
use super::semantic::Encoder;
use super::shelf::{Forget, Meaning, Shelf};

/// A set of articles with an index a locale. Read only; built anew when an article changes.
#[derive(Default)]
pub struct Base {
    articles: Vec<Article>,
    by_id: BTreeMap<String, usize>,
    shelves: Vec<Shelf>,
}

impl Base {
    /// Indexes `articles` in every locale that they have, and fits each locale's threshold.
    /// Of two articles with one id, `by_id` finds the first.
    pub fn build(articles: Vec<Article>, dial: Dial) -> Self {
        Self::build_with(articles, dial, None, &[])
    }

    /// As [`Base::build`], and with a semantic model where one is given. Vectors of phrasings that a base among `held` has
    /// are taken from there: what is new takes some milliseconds each, on all cores.
    pub fn build_with(
        articles: Vec<Article>,
        dial: Dial,
        encoder: Option<&Arc<Encoder>>,
        held: &[&Self],
    ) -> Self {
        let locales: BTreeSet<&str> =
            articles.iter().flat_map(|article| article.questions.keys()).map(String::as_str).collect();
        let mut shelves: Vec<Shelf> = Vec::new();
        for locale in locales {
            if let Some(mut shelf) = Shelf::build(locale, &articles) {
                let texts: Vec<&str> = articles
                    .iter()
                    .filter_map(|article| article.questions.get(locale))
                    .flatten()
                    .map(String::as_str)
                    .collect();
                if let Some(encoder) = encoder {
                    shelf.understand(encoder, &texts, &known(held, encoder));
                }
                shelf.calibrate(dial, &texts);
                shelves.push(shelf);
            }
        }
        let mut by_id = BTreeMap::new();
        for (at, article) in articles.iter().enumerate() {
            by_id.entry(article.id.clone()).or_insert(at);
        }
        Self { articles, by_id, shelves }
    }

    /// The articles that fit `query`, the ten best.
    pub fn rank(&self, query: &Query) -> Ranking {
        let Some(shelf) = self.shelf(query) else { return Ranking::default() };
        let probe = shelf.probe(query.text, Forget::Nothing);
        let mut hits: Vec<Hit> = shelf
            .scores(&probe, query.context, Forget::Nothing)
            .into_iter()
            .map(|(entry, terms)| Hit {
                article: shelf.entries[entry].article as usize,
                score: terms.total(),
                terms,
            })
            .filter(|hit| hit.score > 0.0)
            .collect();
        let order = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.article.cmp(&b.article));
        if hits.len() > HITS {
            hits.select_nth_unstable_by(HITS, order);
            hits.truncate(HITS);
        }
        hits.sort_unstable_by(order);
        let suggest = hits.first().is_some_and(|hit| hit.score >= shelf.threshold);
        Ranking {
            locale: shelf.locale.clone(),
            hits,
            suggest,
            threshold: shelf.threshold,
            sure_threshold: shelf.sure,
        }
    }

    /// The article of a hit.
    ///
    /// # Panics
    /// If `index` is not from a hit of this base.
    pub fn article(&self, index: usize) -> &Article {
        &self.articles[index]
    }

    pub fn articles(&self) -> &[Article] {
        &self.articles
    }

    pub fn by_id(&self, id: &str) -> Option<&Article> {
        self.by_id.get(id).map(|&at| &self.articles[at])
    }

    /// Every tag that an article carries.
    pub fn tags(&self) -> BTreeSet<&str> {
        self.articles.iter().flat_map(|article| &article.tags).map(String::as_str).collect()
    }

    /// The locales that can be searched.
    pub fn locales(&self) -> impl Iterator<Item = &str> {
        self.shelves.iter().map(|shelf| shelf.locale.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.shelves.is_empty()
    }

    /// Given, else the base's only one, else detected. A locale without any article gives way to the fullest.
    fn shelf(&self, query: &Query) -> Option<&Shelf> {
        if self.shelves.len() < 2 {
            return self.shelves.first();
        }
        let named = |locale: &str| self.shelves.iter().find(|shelf| shelf.locale == locale);
        if let Some(locale) = query.locale {
            let language = locale.split(['-', '_']).next().unwrap_or(locale);
            return named(locale).or_else(|| named(language)).or_else(|| self.fullest());
        }
        let locales: Vec<&str> = self.locales().collect();
        match language::detect(query.text, &locales) {
            Some((locale, true)) => named(locale),
            unsure => self.most_familiar(query.text, unsure.map(|(locale, _)| locale)),
        }
    }

    /// The shelf that knows most of the words; if several do, the one that was guessed, else the fullest.
    fn most_familiar(&self, text: &str, guess: Option<&str>) -> Option<&Shelf> {
        let known = |shelf: &&Shelf| {
            let words = normalize::words_in(text, &shelf.locale);
            let count = words.iter().filter(|word| shelf.knows(word)).count();
            (count, guess == Some(shelf.locale.as_str()), shelf.entries.len())
        };
        self.shelves.iter().rev().max_by_key(known)
    }

    fn fullest(&self) -> Option<&Shelf> {
        self.shelves.iter().rev().max_by_key(|shelf| shelf.entries.len())
    }
}

/// Vectors of phrasings that other bases have from the same model.
type Known<'a> = HashMap<&'a str, &'a [f32]>;

fn known<'a>(held: &[&'a Base], encoder: &Arc<Encoder>) -> Known<'a> {
    let mut known = Known::new();
    for base in held {
        for shelf in &base.shelves {
            let Some(meaning) = shelf.meaning.as_ref().filter(|m| Arc::ptr_eq(&m.encoder, encoder)) else {
                continue;
            };
            for entry in &shelf.entries {
                let texts = &base.articles[entry.article as usize].questions[&shelf.locale];
                let rows = entry.phrasings().map(|row| meaning.of(row));
                known.extend(texts.iter().map(String::as_str).zip(rows));
            }
        }
    }
    known
}

impl Shelf {
    /// Adds the phrasings' vectors.
    fn understand(&mut self, encoder: &Arc<Encoder>, texts: &[&str], known: &Known) {
        let new: Vec<&str> = texts.iter().copied().filter(|text| !known.contains_key(text)).collect();
        let made = encoder.encode_all(&new);
        let mut made = made.chunks_exact(encoder.width());
        let mut vectors = Vec::with_capacity(texts.len() * encoder.width());
        for text in texts {
            let vector = known.get(text).copied().or_else(|| made.next());
            vectors.extend(vector.unwrap_or_default());
        }
        self.meaning = Some(Meaning { encoder: encoder.clone(), vectors });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn article(id: &str, tags: &[&str], questions: &[(&str, &[&str])]) -> Article {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Article {
            id: id.to_owned(),
            tags: texts(tags),
            questions: questions.iter().map(|(locale, list)| ((*locale).to_owned(), texts(list))).collect(),
            ..Article::default()
        }
    }

    fn base() -> Base {
        let articles = vec![
            article(
                "password",
                &["Access"],
                &[
                    ("en", &["How do I reset my password?", "I forgot my password", "password recovery"]),
                    ("it", &["Come reimposto la password?", "Ho dimenticato la password"]),
                ],
            ),
            article(
                "vpn",
                &["network"],
                &[("en", &["How do I connect to the VPN?", "vpn does not work from home"])],
            ),
            article(
                "printer",
                &["print"],
                &[
                    (
                        "en",
                        &["The printer is out of paper", "How do I install a printer?", "printer offline"],
                    ),
                    ("it", &["La stampante è senza carta", "Come installo una stampante?"]),
                ],
            ),
        ];
        Base::build(articles, Dial::default())
    }

    fn ids(base: &Base, ranking: &Ranking) -> Vec<String> {
        ranking.hits.iter().map(|hit| base.article(hit.article).id.clone()).collect()
    }

    fn ask<'a>(text: &'a str, locale: &'a str) -> Query<'a> {
        Query { text, locale: Some(locale), context: &[] }
    }

    #[test]
    fn finds_what_was_meant_and_nothing_for_the_rest() {
        let base = base();
        let found = base.rank(&ask("i forgott my pasword", "en"));
        assert_eq!((ids(&base, &found)[0].as_str(), found.suggest, found.sure()), ("password", true, true));
        let nothing = base.rank(&ask("what is the capital of france", "en"));
        assert!(!nothing.suggest && nothing.suggested().next().is_none());
        let terms = found.hits[0].terms;
        assert!(terms.words > 0.0 && terms.letters > 0.0);
        assert!((terms.total() - found.hits[0].score).abs() < 1e-12);
    }

    #[test]
    fn an_article_ranks_only_in_its_locales() {
        let base = base();
        assert!(!ids(&base, &base.rank(&ask("vpn password", "it"))).contains(&"vpn".to_owned()));
        assert_eq!(base.rank(&ask("vpn", "en-GB")).locale, "en");
        assert_eq!(
            base.rank(&ask("vpn", "de")).locale,
            "en",
            "a locale without articles gives way to the fullest"
        );
        let detected = |text| base.rank(&Query { text, ..Query::default() }).locale;
        assert_eq!(detected("ho dimenticato la password, come la reimposto?"), "it");
        assert_eq!(detected("printer offline"), "en");
    }

    #[test]
    fn context_raises_and_never_hides() {
        let base = base();
        let plain = base.rank(&ask("how do I install this", "en"));
        let context = ["network".to_owned()];
        let raised = base.rank(&Query { context: &context, ..ask("how do I install this", "en") });
        let score = |ranking: &Ranking, id: &str| {
            ranking.hits.iter().find(|hit| base.article(hit.article).id == id).map(|hit| hit.score)
        };
        assert!(score(&raised, "vpn") > score(&plain, "vpn"));
        assert_eq!(score(&raised, "printer"), score(&plain, "printer"));
        assert_eq!(raised.hits.len(), plain.hits.len());
    }

    #[test]
    fn odd_bases_and_queries_behave() {
        let empty = Base::build(vec![], Dial::default());
        assert_eq!(empty.rank(&ask("anything", "en")), Ranking::default());
        assert!(empty.is_empty() && empty.by_id("x").is_none());
        let one = Base::build(vec![article("a", &[], &[("en", &["reset my password"])])], Dial::default());
        assert!(one.rank(&ask("reset my password", "en")).suggest);
        assert!(!one.rank(&ask("book a flight to rome", "en")).suggest);
        let twins: Vec<Article> =
            (0..50).map(|i| article(&i.to_string(), &[], &[("en", &["same question"; 5])])).collect();
        let twins = Base::build(twins, Dial::default());
        let found = twins.rank(&ask("same question", "en"));
        assert!(found.hits.len() == 10 && found.hits[0].score - found.hits[9].score < 0.1, "{found:?}");
        let odd = Base::build(vec![article("a", &[], &[("en", &["???", ""]), ("xx", &[])])], Dial::default());
        assert!(!odd.rank(&ask("???", "en")).suggest);
        for text in [
            "",
            "a",
            "?",
            &"x".repeat(10_000),
            &"how do I ".repeat(3_000),
            "あなたのパスワード",
            "كلمة المرور",
            "Wo finde ich den nächsten Supermarkt?",
            "😀😀😀 🔥",
            "\u{0}\u{7}\u{1b}[31m\r\n",
            "\u{202e}\u{feff}\u{200d}",
        ] {
            let found = base().rank(&Query { text, ..Query::default() });
            assert!(!found.suggest, "{text:.20} {found:?}");
        }
    }

    #[test]
    fn lookups() {
        let base = base();
        assert_eq!(base.by_id("vpn").map(|a| a.id.as_str()), Some("vpn"));
        assert_eq!(base.tags().into_iter().collect::<Vec<_>>(), ["Access", "network", "print"]);
        assert_eq!(base.locales().collect::<Vec<_>>(), ["en", "it"]);
        assert_eq!(base.articles().len(), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_ranks(question in any::<String>(), other in any::<String>(), text in any::<String>()) {
            let articles =
                vec![article("a", &[], &[("en", &[&question, "how"])]), article("b", &[], &[("en", &[&other])])];
            let base = Base::build(articles, Dial::default());
            for text in [&text, &question] {
                let found = base.rank(&Query { text, ..Query::default() });
                prop_assert!(found.hits.iter().all(|hit| hit.score.is_finite() && hit.score <= 1.2));
                prop_assert!(found.hits.windows(2).all(|two| two[0].score >= two[1].score));
            }
        }
    }
}
