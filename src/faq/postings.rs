//! Lists by number, one after the other in one piece of memory: what a row holds, or which rows hold a feature and how
//! often.

#[derive(Debug, Clone)]
pub(super) struct Lists<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

/// By feature: the rows that hold it, lowest first, and how often.
pub(super) type Postings = Lists<(u32, f32)>;

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { starts: vec![0], items: vec![] }
    }
}

impl<T> Lists<T> {
    /// Adds the next list.
    pub fn push(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
        self.starts.push(self.items.len() as u32);
    }

    pub fn of(&self, number: u32) -> &[T] {
        let at = number as usize;
        &self.items[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &[T])> + Clone {
        (0..self.starts.len() as u32 - 1).map(|number| (number, self.of(number)))
    }
}

impl Postings {
    /// From `(feature, row, count)` in the order of rows; `features` is their number.
    pub fn build(features: usize, all: impl Iterator<Item = (u32, u32, f32)> + Clone) -> Self {
        let mut starts = vec![0_u32; features + 1];
        let mut number = 0;
        for (feature, ..) in all.clone() {
            starts[feature as usize + 1] += 1;
            number += 1;
        }
        for i in 0..features {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut items = vec![(0, 0.0); number];
        for (feature, row, count) in all {
            let at = &mut next[feature as usize];
            items[*at as usize] = (row, count);
            *at += 1;
        }
        Self { starts, items }
    }

    /// Which rows hold each feature, from the features of each row.
    pub fn by_feature(features: usize, rows: &Lists<u32>) -> Self {
        Self::build(features, rows.iter().flat_map(|(row, list)| list.iter().map(move |&f| (f, row, 1.0))))
    }

    /// As [`Postings::by_feature`], with counts.
    pub fn by_counted(features: usize, rows: &Self) -> Self {
        Self::build(features, rows.iter().flat_map(|(row, list)| list.iter().map(move |&(f, n)| (f, row, n))))
    }

    /// Each count replaced, given the row.
    pub fn reckon(&mut self, number: u32, count: impl Fn(u32, f32) -> f32) {
        let at = number as usize;
        let own = self.starts[at] as usize..self.starts[at + 1] as usize;
        self.items[own].iter_mut().for_each(|(row, old)| *old = count(*row, *old));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_rows_by_feature() {
        let all = [(0, 0, 1.0), (0, 1, 2.0), (2, 1, 1.0)];
        let mut postings = Postings::build(3, all.into_iter());
        assert_eq!(postings.of(0), [(0, 1.0), (1, 2.0)]);
        assert!(postings.of(1).is_empty());
        assert_eq!(postings.of(2), [(1, 1.0)]);
        postings.reckon(0, |row, count| row as f32 + count);
        assert_eq!(postings.of(0), [(0, 1.0), (1, 3.0)]);
        let mut rows = Postings::default();
        rows.push([(0, 1.0)]);
        rows.push([(2, 1.0), (0, 2.0)]);
        assert_eq!(Postings::by_counted(3, &rows).of(0), [(0, 1.0), (1, 2.0)]);
    }
}
