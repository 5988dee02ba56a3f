//! `vestibule bench faq`: how long the ranker takes on a base of a given size, made up of English words as common as
//! they are in the language. The same words at every run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::faq::frequency::Background;
use crate::faq::{Article, Base, Dial, Query};

/// Phrasings of an entry.
const DEPTH: usize = 5;
const QUERIES: usize = 4_000;

/// Queries that are also compared with every phrasing, for scale.
const COMPARED: usize = 8;
/// Comparisons with a phrasing that are made at most, but for one query; fewer queries are compared in a larger base.
const COMPARISONS: usize = 240_000;

/// What was measured on a base.
struct Measured {
    phrasings: usize,
    entries: usize,
    build: Duration,
    p50: f64,
    p99: f64,
    longest: f64,
    kib: Option<u64>,
    /// The median time in which `strsim` compares a query with every phrasing, in microseconds.
    brute: f64,
}

/// Builds a base of each size, asks it, and prints build time, time a query and memory, how they grow from size to size,
/// and what it takes to compare a query with every phrasing.
///
/// # Errors
/// If a size is 0.
pub fn run(sizes: &[usize], as_json: bool) -> anyhow::Result<()> {
    anyhow::ensure!(!sizes.contains(&0), "a base needs at least one phrasing");
    let mut before: Option<Measured> = None;
    for &phrasings in sizes {
        let now = measure(phrasings);
        if as_json {
            println!("{}", now.json());
        } else {
            now.tell(before.as_ref());
        }
        before = Some(now);
    }
    Ok(())
}

fn measure(phrasings: usize) -> Measured {
    let mut words = Words::new();
    let articles = articles(&mut words, phrasings);
    let entries = articles.len();
    let queries: Vec<String> = (0..QUERIES).map(|number| query(&mut words, &articles, number)).collect();
    eprintln!("{phrasings} phrasings: strsim over every phrasing ...");
    let brute = brute(&articles, &queries[..(COMPARISONS / phrasings).clamp(1, COMPARED)]);
    eprintln!("{phrasings} phrasings: building ...");
    let before = resident();
    let start = Instant::now();
    let base = Base::build(articles, Dial::default());
    let build = start.elapsed();
    let kib = resident().zip(before).map(|(after, before)| after.saturating_sub(before) / 1024);
    eprintln!("{phrasings} phrasings: {QUERIES} queries, three times each ...");
    let mut times: Vec<Duration> = queries.iter().map(|text| time(&base, text)).collect();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6;
    Measured { phrasings, entries, build, p50: at(50), p99: at(99), longest: at(100), kib, brute }
}

impl Measured {
    fn json(&self) -> serde_json::Value {
        json!({
            "phrasings": self.phrasings, "entries": self.entries, "build_ms": self.build.as_millis() as u64,
            "p50_us": self.p50.round(), "p99_us": self.p99.round(), "max_us": self.longest.round(),
            "memory_kib": self.kib, "strsim_p50_us": self.brute.round(),
        })
    }

    fn tell(&self, before: Option<&Self>) {
        println!("{} phrasings of {} entries", self.phrasings, self.entries);
        let times = |now: f64, then: fn(&Self) -> f64| {
            before.map_or(String::new(), |before| format!(" (× {:.1})", now / then(before).max(f64::EPSILON)))
        };
        let build = |of: &Self| of.build.as_secs_f64() * 1e3;
        println!("  built in {:.0} ms{}", build(self), times(build(self), |of| of.build.as_secs_f64() * 1e3));
        let (p50, p99) = (times(self.p50, |of| of.p50), times(self.p99, |of| of.p99));
        println!(
            "  a query: p50 {:.0} µs{p50}, p99 {:.0} µs{p99}, longest {:.0} µs",
            self.p50, self.p99, self.longest
        );
        match self.kib {
            Some(kib) => println!("  memory: {kib} KiB more than before"),
            None => println!("  memory: not known on this system"),
        }
        let brute = self.brute;
        println!("  strsim over every phrasing: p50 {brute:.0} µs, {:.0} times as long", brute / self.p50);
        if let Some(before) = before {
            println!("  × {:.1} phrasings", self.phrasings as f64 / before.phrasings as f64);
        }
    }
}

/// The median time in which a query is compared with every phrasing by Sørensen and Dice's measure, in microseconds.
fn brute(articles: &[Article], queries: &[String]) -> f64 {
    let once = |text: &String| {
        let start = Instant::now();
        let scores = articles.iter().flat_map(|article| &article.questions["en"]);
        let best = scores.map(|phrasing| strsim::sorensen_dice(text, phrasing)).fold(0.0, f64::max);
        std::hint::black_box(best);
        start.elapsed().as_secs_f64() * 1e6
    };
    let mut times: Vec<f64> = queries.iter().map(once).collect();
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The fastest of three, so that what else the machine does is not counted.
fn time(base: &Base, text: &str) -> Duration {
    let once = || {
        let start = Instant::now();
        std::hint::black_box(base.rank(&Query { text, ..Query::default() }));
        start.elapsed()
    };
    once().min(once()).min(once())
}

fn articles(words: &mut Words, phrasings: usize) -> Vec<Article> {
    let mut articles = Vec::new();
    let mut left = phrasings;
    while left > 0 {
        let topic: Vec<&str> = (0..4).map(|_| words.rare()).collect();
        let questions: Vec<String> = (0..DEPTH.min(left)).map(|_| sentence(words, &topic)).collect();
        left -= questions.len();
        let answer: Vec<&str> = (0..30).map(|_| words.common()).chain(topic).collect();
        articles.push(Article {
            id: format!("article-{}", articles.len()),
            questions: BTreeMap::from([("en".to_owned(), questions)]),
            answer: BTreeMap::from([("en".to_owned(), answer.join(" "))]),
            ..Article::default()
        });
    }
    articles
}

/// Five to twelve words, two or three of them of the topic.
fn sentence(words: &mut Words, topic: &[&str]) -> String {
    let length = 3 + words.below(7);
    let mut sentence: Vec<&str> = (0..length).map(|_| words.common()).collect();
    for _ in 0..2 + words.below(2) {
        let at = words.below(sentence.len() + 1);
        sentence.insert(at, topic[words.below(topic.len())]);
    }
    sentence.join(" ")
}

/// By turns a phrasing with other words around it, the same misspelt, and one about nothing in the base.
fn query(words: &mut Words, articles: &[Article], number: usize) -> String {
    let article = &articles[words.below(articles.len())];
    let phrasing = &article.questions["en"][0];
    match number % 3 {
        0 => format!("{} {phrasing} {}", words.common(), words.common()),
        1 => {
            let at = words.below(phrasing.len());
            phrasing.bytes().enumerate().filter(|&(i, _)| i != at).map(|(_, b)| b as char).collect()
        }
        _ => (0..4 + words.below(12)).map(|_| words.common()).collect::<Vec<_>>().join(" "),
    }
}

/// Words drawn as often as the language has them.
struct Words {
    list: Vec<(&'static str, f64)>,
    state: u64,
}

impl Words {
    fn new() -> Self {
        let mut sum = 0.0;
        let mut list = Vec::new();
        for (word, zipf) in Background::of("en").into_iter().flat_map(|list| list.words()) {
            sum += 10_f64.powf(zipf);
            list.push((word, sum));
        }
        Self { list, state: 0x9E37_79B9_7F4A_7C15 }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state >> 11
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn common(&mut self) -> &'static str {
        let total = self.list.last().map_or(1.0, |last| last.1);
        let at = self.next() as f64 / (1_u64 << 53) as f64 * total;
        self.list[self.list.partition_point(|&(_, sum)| sum < at).min(self.list.len() - 1)].0
    }

    fn rare(&mut self) -> &'static str {
        let at = self.below(self.list.len());
        self.list[at].0
    }
}

/// Resident memory of this process in bytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_the_same_base_every_time_and_of_the_size_asked_for() {
        let made = articles(&mut Words::new(), 23);
        assert_eq!(made.iter().map(|a| a.questions["en"].len()).sum::<usize>(), 23);
        assert_eq!(made, articles(&mut Words::new(), 23));
        assert!(run(&[1, 0], true).is_err());
    }
}
