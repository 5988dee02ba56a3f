//! What the place of a question does to an entry's score: it raises, and hides nothing.

use super::shelf::Shelf;

/// A score is raised by this part for an entry that carries one tag of the context; each further tag counts half as
/// much as the one before, so that two make half more and none ever makes twice as much.
const ONE: f32 = 0.22;

/// The context of a question.
pub(super) struct Context(Vec<String>);

impl Context {
    pub fn of(tags: &[String]) -> Self {
        let mut tags: Vec<String> = tags.iter().map(|tag| tag.trim().to_lowercase()).collect();
        tags.sort_unstable();
        tags.dedup();
        Self(tags)
    }

    /// The part by which an entry's score is raised; 0 where it carries none of the tags.
    pub fn raise(&self, shelf: &Shelf, entry: usize) -> f32 {
        if self.0.is_empty() {
            return 0.0;
        }
        let own = &shelf.tags[entry];
        let shared = self.0.iter().filter(|tag| own.iter().any(|own| **own == ***tag)).count();
        ONE * 2.0 * (1.0 - 0.5_f32.powi(i32::try_from(shared).unwrap_or(i32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use crate::faq::{Base, Dial, Query, parse_yaml};

    #[test]
    fn each_further_tag_counts_half_and_no_entry_is_hidden() {
        let text = "
- { id: a, tags: [Billing, refund], questions: [give me my money back, paid twice], answer: x }
- { id: b, tags: [orders], questions: [give me the money for my return, returned it], answer: x }
";
        let (articles, found) = parse_yaml("f", text, "en");
        assert_eq!(found, []);
        let base = Base::build(articles, Dial::default());
        let raised = |context: &[&str]| {
            let context: Vec<String> = context.iter().map(|tag| (*tag).to_owned()).collect();
            let ranking = base.rank(&Query { text: "money back", locale: Some("en"), context: &context });
            assert_eq!(ranking.hits.len(), 2, "nothing is hidden");
            let hit = ranking.hits.iter().find(|hit| base.article(hit.article).id == "a").expect("a hit");
            hit.terms.context / (hit.terms.total() - hit.terms.context - hit.terms.rival)
        };
        let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-4, "{found} {wanted}");
        near(raised(&[]), 0.0);
        near(raised(&["orders", "no such tag"]), 0.0);
        near(raised(&["billing"]), 0.22);
        near(raised(&["billing", "BILLING"]), 0.22);
        near(raised(&["refund", "billing"]), 0.33);
    }
}
