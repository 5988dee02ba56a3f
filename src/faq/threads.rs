//! Work on all cores, with a result that does not depend on how many there are.

/// Gives each thread a share of `items`, one after the other; the results in the order of the shares.
pub(super) fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    if share >= items.len() {
        return items.chunks(share).map(work).collect();
    }
    std::thread::scope(|scope| {
        let work = &work;
        let all: Vec<_> = items.chunks(share).map(|items| scope.spawn(move || work(items))).collect();
        let joined = all.into_iter().map(|thread| thread.join());
        joined.map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order() {
        let items: Vec<usize> = (0..1_000).collect();
        assert_eq!(side_by_side(&items, <[usize]>::to_vec).concat(), items);
        assert!(side_by_side(&items[..0], <[usize]>::to_vec).is_empty());
    }
}
