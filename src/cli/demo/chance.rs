//! Seeded randomness, the same on every machine: SplitMix64, with a logarithm and an exponential of its own,
//! because those of the system may differ in the last bit.

/// A stream of pseudo-random numbers; the same seed gives the same stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance {
    state: u64,
}

impl Chance {
    #[cfg(test)]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A stream of its own for each key, so that one more draw in one place shifts nothing in another.
    pub fn keyed(seed: u64, key: &str) -> Self {
        // FNV-1a over the key, started from the mixed seed.
        let start = mix(seed ^ 0xcbf2_9ce4_8422_2325);
        let hash =
            key.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { state: mix(hash) }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number in 0..n; 0 where n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// True with probability p.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of them, each as likely; `None` of none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// One of the texts; empty of none.
    pub fn text(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).copied().unwrap_or_default()
    }

    /// One of them, as likely as its weight says (0 or more, any sum); `None` of none.
    pub fn weighted<T: Copy>(&mut self, from: &[(T, f64)]) -> Option<T> {
        let mut left = self.unit() * from.iter().map(|(_, weight)| weight).sum::<f64>();
        for (value, weight) in from {
            if left < *weight {
                return Some(*value);
            }
            left -= weight;
        }
        from.iter().rev().find(|(_, weight)| *weight > 0.0).or(from.last()).map(|(value, _)| *value)
    }

    /// Waiting time with the given mean, in its unit.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * ln(1.0 - self.unit())
    }

    /// Mean 0, standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        // Marsaglia's polar method; about one try in five is refused.
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * ln(square) / square).sqrt();
            }
        }
    }

    /// Positive, with the given median; sigma is the deviation of the logarithm.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }

    /// A count with the given mean; 0 where the mean is not above 0.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let mut count = 0u32;
        let mut left = if mean.is_finite() { mean } else { 0.0 };
        // Knuth's product, by parts, so that the exponential never vanishes.
        while left > 0.0 {
            let limit = exp(-left.min(16.0));
            let mut product = self.unit();
            while product > limit {
                count = count.saturating_add(1);
                product *= self.unit();
            }
            left -= 16.0;
        }
        count
    }
}

/// The finaliser of SplitMix64.
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// e to the x, from additions and products only.
pub(super) fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let twos = (x / std::f64::consts::LN_2).round();
    let rest = x - twos * std::f64::consts::LN_2;
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..=16 {
        term *= rest / f64::from(n);
        sum += term;
    }
    // A power of two is exact as bits; |twos| is at most 1010.
    sum * f64::from_bits(((1023 + twos as i64) as u64) << 52)
}

/// The natural logarithm of a positive number; of less, of the smallest positive one.
pub(super) fn ln(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let twos = ((bits >> 52) & 0x7ff) as f64 - 1023.0;
    let rest = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    // rest is in [1, 2); the series in t converges by a factor of nine a term.
    let t = (rest - 1.0) / (rest + 1.0);
    let (mut sum, mut term) = (0.0, t);
    for n in 0..18 {
        sum += term / f64::from(2 * n + 1);
        term *= t * t;
    }
    twos * std::f64::consts::LN_2 + 2.0 * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_functions_agree_with_the_system() {
        for n in 1..2000 {
            let x = f64::from(n) * 0.017;
            assert!((ln(x) - x.ln()).abs() < 1e-12, "ln {x}");
            for x in [x, -x] {
                assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "exp {x}");
            }
        }
    }

    #[test]
    fn the_first_numbers_are_those_of_the_published_generator() {
        let mut chance = Chance::new(1_234_567);
        let first = [chance.bits(), chance.bits(), chance.bits()];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn means_and_medians_are_as_asked() {
        let mut chance = Chance::new(3);
        let n = 20_000;
        for mean in [0.01, 0.7, 4.0, 90.0] {
            let sum: u32 = (0..n).map(|_| chance.poisson(mean)).sum();
            let error = (f64::from(sum) / f64::from(n) - mean).abs();
            assert!(error < 5.0 * (mean / f64::from(n)).sqrt(), "poisson {mean}: off by {error}");
        }
        let sum: f64 = (0..n).map(|_| chance.exponential(7.0)).sum();
        assert!((sum / f64::from(n) - 7.0).abs() < 0.3);
        let over = (0..n).filter(|_| chance.log_normal(30.0, 1.2) > 30.0).count();
        assert!((9_600..10_400).contains(&over), "{over} of {n} over the median");
    }

    #[test]
    fn weights_count_and_edges_hold() {
        let mut chance = Chance::new(9);
        let heavy = (0..10_000)
            .filter(|_| chance.weighted(&[('a', 3.0), ('b', 0.0), ('c', 1.0)]) == Some('a'))
            .count();
        assert!((7_300..7_700).contains(&heavy), "{heavy}");
        assert_eq!(chance.weighted::<u8>(&[]), None);
        assert_eq!(chance.pick::<u8>(&[]), None);
        assert_eq!((chance.below(0), chance.poisson(0.0), chance.poisson(f64::NAN)), (0, 0, 0));
        assert!((0..1000).all(|_| chance.below(3) < 3));
        assert_ne!(Chance::keyed(1, "a"), Chance::keyed(1, "b"));
        assert_ne!(Chance::keyed(1, "a"), Chance::keyed(2, "a"));
    }
}
