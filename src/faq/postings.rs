//! Which rows hold a feature, and how often: one flat list, feature by feature.

#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    starts: Vec<u32>,
    items: Vec<(u32, f32)>,
}

impl Postings {
    /// From `(feature, row, count)` in any order; `features` is their number.
    pub fn build(features: usize, mut all: Vec<(u32, u32, f32)>) -> Self {
        all.sort_unstable_by_key(|&(feature, row, _)| (feature, row));
        let mut starts = vec![0_u32; features + 1];
        for &(feature, ..) in &all {
            starts[feature as usize + 1] += 1;
        }
        for i in 0..features {
            starts[i + 1] += starts[i];
        }
        Self { starts, items: all.into_iter().map(|(_, row, count)| (row, count)).collect() }
    }

    pub fn of(&self, feature: u32) -> &[(u32, f32)] {
        let at = feature as usize;
        &self.items[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_rows_by_feature() {
        let postings = Postings::build(3, vec![(2, 1, 1.0), (0, 1, 2.0), (0, 0, 1.0)]);
        assert_eq!(postings.of(0), [(0, 1.0), (1, 2.0)]);
        assert!(postings.of(1).is_empty());
        assert_eq!(postings.of(2), [(1, 1.0)]);
    }
}
