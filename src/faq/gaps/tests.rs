use super::*;
use proptest::prelude::*;

fn wordings<'a>(texts: &'a [&'a str], locale: &'a str) -> Vec<Wording<'a>> {
    texts.iter().map(|&text| Wording { text, locale }).collect()
}

fn groups(texts: &[&str], locale: &str) -> Vec<Vec<usize>> {
    cluster(&wordings(texts, locale)).into_iter().map(|cluster| cluster.members).collect()
}

const ENGLISH: [&str; 9] = [
    "can I pay with bitcoin",
    "do you accept bitcoin?",
    "paying by bitcoin",
    "is there a student discount",
    "student discounts?",
    "do students get a discount",
    "my cat ate the router",
    "can i pay with bitcoins",
    "discount for studnets",
];

#[test]
fn what_asks_for_the_same_comes_together() {
    let found = groups(&ENGLISH, "en");
    let of = |at: usize| found.iter().find(|group| group.contains(&at)).expect("each is in one");
    assert_eq!(*of(3), [3, 4, 5, 8], "{found:?}");
    assert!([2, 7].iter().all(|at| of(0).contains(at)), "{found:?}");
    assert!(of(6).len() == 1 && !of(0).contains(&3), "{found:?}");
    let german =
        ["Kann ich bar bezahlen?", "bezahlen mit Bargeld, geht das", "kann man bar bezahlen", "Hund"];
    let found = groups(&german, "de");
    assert!(found[0].starts_with(&[0]) && found[0].contains(&2) && !found[0].contains(&3), "{found:?}");
}

#[test]
fn the_centre_is_a_member_and_the_order_of_what_comes_does_not_matter() {
    let found = cluster(&wordings(&ENGLISH, "en"));
    assert!(found.iter().all(|cluster| cluster.members.contains(&cluster.centre)));
    let mut turned = ENGLISH;
    turned.reverse();
    let texts = |list: &[&'static str], found: Vec<Cluster>| {
        let mut all: Vec<Vec<&str>> = found
            .into_iter()
            .map(|cluster| {
                let mut inside: Vec<&str> = cluster.members.iter().map(|&at| list[at]).collect();
                inside.sort_unstable();
                inside
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(texts(&ENGLISH, found), texts(&turned, cluster(&wordings(&turned, "en"))));
}

#[test]
fn languages_are_kept_apart_and_blanks_left_out() {
    let mixed = [
        Wording { text: "bitcoin", locale: "en" },
        Wording { text: "bitcoin", locale: "it" },
        Wording { text: "?!", locale: "it" },
    ];
    assert_eq!(cluster(&mixed).len(), 2);
    assert!(cluster(&[]).is_empty());
}

#[test]
fn phrasings_are_told_once_the_frequent_first() {
    let texts = ["pay by bitcoin", "bitcoin?", "Pay by Bitcoin!", "by bitcoin pay"];
    let all = wordings(&texts, "en");
    let cluster = Cluster { centre: 0, members: vec![0, 1, 2, 3] };
    assert_eq!(phrasings(&all, &cluster, 9), [0, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_wording_with_words_is_in_one_cluster(texts in proptest::collection::vec("[a-d ]{0,9}", 0..24)) {
        let all: Vec<Wording> = texts.iter().map(|text| Wording { text, locale: "en" }).collect();
        let mut placed: Vec<usize> = cluster(&all).into_iter().flat_map(|cluster| cluster.members).collect();
        placed.sort_unstable();
        let expected: Vec<usize> = (0..texts.len())
            .filter(|&at| !normalize::words_in(&texts[at], "en").is_empty()).collect();
        prop_assert_eq!(placed, expected);
    }
}
