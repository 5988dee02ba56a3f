//! Funnels worked out by hand.

use super::*;

fn seen(step: &str, what: What) -> Seen {
    Seen { flow: "vpn".to_owned(), step: step.to_owned(), what }
}

fn passed(step: &str) -> Seen {
    seen(step, What::Passed)
}

fn failed(step: &str, wording: &str) -> Seen {
    seen(step, What::Failed { wording: Some(wording.to_owned()) })
}

fn silent(step: &str) -> Seen {
    seen(step, What::Failed { wording: None })
}

fn stopped(step: &str) -> Seen {
    seen(step, What::Stopped)
}

fn order(steps: &[&str]) -> Vec<(String, String)> {
    steps.iter().map(|step| ("vpn".to_owned(), (*step).to_owned())).collect()
}

/// Step, entered, passed, failed, stopped.
fn counts(rows: &[StepRow]) -> Vec<(&str, u64, u64, u64, u64)> {
    rows.iter().map(|row| (row.step.as_str(), row.entered, row.passed, row.failed, row.stopped)).collect()
}

fn wordings(row: &StepRow) -> Vec<(&str, u64)> {
    row.wordings.iter().map(|wording| (wording.text.as_str(), wording.count)).collect()
}

#[test]
fn four_conversations() {
    let mut funnel = Funnel::default();
    // Went through.
    funnel.add(&[passed("hello"), failed("device", "My  Phone"), passed("device"), passed("done")]);
    // Gave up at the device after three failures.
    funnel.add(&[
        passed("hello"),
        failed("device", " my phone\n"),
        silent("device"),
        failed("device", "the RED one"),
        stopped("device"),
    ]);
    // Parked at the device, came back, went round and stopped at the second time.
    funnel.add(&[passed("hello"), stopped("device"), passed("device"), passed("hello"), stopped("device")]);
    // Has just come to the device, and stands there.
    funnel.add(&[passed("hello")]);
    let rows = funnel.rows(&order(&["hello", "device", "done"]));
    let expected = vec![("hello", 4, 4, 0, 0), ("device", 3, 2, 4, 2), ("done", 1, 1, 0, 0)];
    assert_eq!(counts(&rows), expected);
    assert_eq!(rows.iter().map(StepRow::drop).collect::<Vec<_>>(), [Some(0.0), Some(2.0 / 3.0), Some(0.0)]);
    assert_eq!(wordings(&rows[1]), [("my phone", 2), ("the red one", 1)]);
    assert!(rows[0].wordings.is_empty());
}

#[test]
fn what_went_on_did_not_stop() {
    let mut funnel = Funnel::default();
    funnel.add(&[stopped("ask"), passed("ask")]);
    assert_eq!(counts(&funnel.rows(&[])), [("ask", 1, 1, 0, 0)]);
    funnel.add(&[stopped("ask"), stopped("ask")]);
    assert_eq!(counts(&funnel.rows(&[])), [("ask", 2, 1, 0, 1)]);
    // In a flow that was called from another one it stands in both.
    funnel.add(&[stopped("call"), stopped("ask")]);
    assert_eq!(counts(&funnel.rows(&[])), [("ask", 3, 1, 0, 2), ("call", 1, 0, 0, 1)]);
}

#[test]
fn rows_go_by_the_graph_and_the_unknown_come_after() {
    let mut funnel = Funnel::default();
    let other = Seen { flow: "a".to_owned(), step: "ask".to_owned(), what: What::Passed };
    funnel.add(&[passed("zeta"), passed("old"), passed("alpha"), passed("gone"), other]);
    let rows = funnel.rows(&order(&["zeta", "never", "alpha", "zeta"]));
    let steps: Vec<_> = rows.iter().map(|row| (row.flow.as_str(), row.step.as_str())).collect();
    let known = [("vpn", "zeta"), ("vpn", "never"), ("vpn", "alpha")];
    assert_eq!(steps, [&known[..], &[("a", "ask"), ("vpn", "gone"), ("vpn", "old")]].concat());
    // Nobody came: no figure.
    assert_eq!((rows[1].entered, rows[1].drop()), (0, None));
    assert!(Funnel::default().rows(&[]).is_empty());
}

#[test]
fn five_wordings_by_count_then_text() {
    let mut funnel = Funnel::default();
    for (wording, times) in [("f", 1), ("e", 2), ("d", 2), ("c", 3), ("b", 1), ("a", 1), ("  ", 4)] {
        for _ in 0..times {
            funnel.add(&[failed("ask", wording)]);
        }
    }
    let rows = funnel.rows(&[]);
    assert_eq!(rows[0].failed, 14);
    assert_eq!(wordings(&rows[0]), [("c", 3), ("d", 2), ("e", 2), ("a", 1), ("b", 1)]);
}

#[test]
fn a_thousand_wordings_are_kept_and_the_rarest_goes_first() {
    let mut funnel = Funnel::default();
    let kept = |funnel: &Funnel| funnel.flows["vpn"]["ask"].wordings.clone();
    // Number 0 is heard once, and the 999 others twice.
    for number in 0..KEPT {
        funnel.add(&[failed("ask", &format!("wording {number}"))]);
    }
    for number in 1..KEPT {
        funnel.add(&[failed("ask", &format!("wording {number}"))]);
    }
    assert_eq!(kept(&funnel).len(), KEPT);
    // What is known takes no place.
    funnel.add(&[failed("ask", "Wording 5")]);
    assert!(kept(&funnel).contains_key("wording 0"));
    // A new one takes the place of the rarest, and the next new one its place in turn.
    funnel.add(&[failed("ask", "new")]);
    assert!(!kept(&funnel).contains_key("wording 0") && kept(&funnel).contains_key("new"));
    funnel.add(&[failed("ask", "newer"), failed("ask", "newer"), failed("ask", "newest")]);
    assert!(!kept(&funnel).contains_key("new"));
    // All others were heard twice: the one that was so longest ago gave way to the newest.
    assert!(!kept(&funnel).contains_key("wording 1") && kept(&funnel).contains_key("wording 2"));
    assert_eq!(kept(&funnel).len(), KEPT);
    let rows = funnel.rows(&[]);
    assert_eq!(wordings(&rows[0])[..2], [("wording 5", 3), ("newer", 2)]);
    assert_eq!(rows[0].failed, 1_000 + 999 + 1 + 1 + 3);
}

#[test]
fn wordings_are_made_alike_and_cut() {
    assert_eq!(normal("  Mein \t DRUCKER\n druckt  nicht "), "mein drucker druckt nicht");
    assert_eq!(normal(&"ä".repeat(300)), "ä".repeat(LONGEST));
    assert_eq!(normal(&format!("{} b", "a".repeat(LONGEST - 1))), "a".repeat(LONGEST - 1));
    assert_eq!(normal(" \n "), "");
}

#[test]
fn a_row_as_json() {
    let mut funnel = Funnel::default();
    funnel.add(&[failed("ask", "No"), stopped("ask")]);
    let text = serde_json::to_string(&funnel.rows(&[])).expect("json");
    let expected = r#"[{"flow":"vpn","step":"ask","entered":1,"passed":0,"failed":1,"stopped":1,"#.to_owned()
        + r#""wordings":[{"text":"no","count":1}]}]"#;
    assert_eq!(text, expected);
}
