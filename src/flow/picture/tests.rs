//! Geometry, completeness and escapes, on flows that are written and on ones that are made up.

use proptest::prelude::*;

use super::layout::{Layout, Link, Rect, layout};
use super::svg::{Form, lines, plan, svg};
use super::{Counts, Picture, View, dot, mermaid, width};
use crate::flow::Flow;
use crate::flow::check::Known;
use crate::flow::graph::Graph;
use crate::flow::parse::{self, SourceFile};

fn flow(text: &str) -> (Flow, Vec<crate::source::Diagnostic>) {
    let known = Known { categories: None, queues: None, faq_tags: None, hosts: None, whole: false };
    let parsed = parse::playbook(&[SourceFile::new("flow.yaml", text)], &["en".to_owned()], &known);
    let flows =
        parsed.playbook.map(|playbook| playbook.flows.into_values().collect()).unwrap_or(parsed.broken);
    let flow = flows.into_iter().find(|flow: &Flow| !flow.system).expect("a flow");
    (flow, parsed.diagnostics)
}

fn drawn(text: &str) -> (Flow, Picture) {
    let (flow, findings) = flow(text);
    let locales = ["en".to_owned()];
    let picture = Picture::of(&flow, View { locales: &locales, findings: &findings, ..View::default() });
    (flow, picture)
}

const MENU: &str = r#"
flow: menu
title: { en: "A <menu> & \"more\"" }
start: { default: true }
on_failure: bye
slots:
  topic: { type: choice, options: [a, b, c] }
  words: { type: text }
steps:
  - id: topic
    choose:
      slot: topic
      prompt: "Which? ]]> --> <script>alert(1)</script> {{ now }}"
      options:
        - { value: a, label: "A \" | ; # {x}" }
        - { value: b, label: "日本語", goto: words }
        - { value: c, label: "C", goto: topic }
  - when: "slots.topic == 'a'"
    say: "Only a"
  - id: words
    ask: { slot: words, prompt: "Say it." }
    goto: topic
  - id: bye
    end: informed
"#;

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

/// No two boxes or labels lie on each other, nothing sticks out, no line runs through a box.
fn sound(layout: &Layout, links: &[Link]) -> Result<(), String> {
    let labels: Vec<&Rect> = layout.routes.iter().filter_map(|route| route.label.as_ref()).collect();
    let all: Vec<&Rect> = layout.boxes.iter().chain(labels).collect();
    for (at, rect) in all.iter().enumerate() {
        if rect.x < 0.0 || rect.y < 0.0 || rect.right() > layout.width || rect.bottom() > layout.height {
            return Err(format!("{rect:?} is outside"));
        }
        if let Some(other) = all[at + 1..].iter().find(|other| overlap(rect, other)) {
            return Err(format!("{rect:?} lies on {other:?}"));
        }
    }
    for (route, link) in layout.routes.iter().zip(links) {
        let ends = if route.back { (link.to, link.from) } else { (link.from, link.to) };
        for (at, rect) in layout.boxes.iter().enumerate() {
            let inner = route.stations.iter().enumerate().filter(|(nth, _)| {
                !(at == ends.0 && *nth == 0 || at == ends.1 && *nth + 1 == route.stations.len())
            });
            for (_, station) in inner {
                let inside = rect.x < station.x
                    && station.x < rect.right()
                    && station.top < rect.bottom()
                    && rect.y < station.bottom;
                if inside {
                    return Err(format!("a line runs through {rect:?} at {station:?}"));
                }
            }
        }
        let (first, last) = (route.stations[0], route.stations[route.stations.len() - 1]);
        let (from, to) = (layout.boxes[ends.0], layout.boxes[ends.1]);
        if first.top != from.bottom()
            || last.bottom != to.y
            || first.x < from.x
            || first.x > from.right()
            || last.x < to.x
            || last.x > to.right()
        {
            return Err(format!("{route:?} does not touch its boxes"));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn random_graphs_are_laid_out_soundly(
        sizes in prop::collection::vec((60.0..260.0_f64, 40.0..120.0_f64), 1..60),
        ends in prop::collection::vec((0_usize..60, 0_usize..60, any::<bool>()), 0..120),
    ) {
        let links: Vec<Link> = ends.iter().map(|(from, to, label)| (from % sizes.len(), to % sizes.len(), label))
            .filter(|(from, to, _)| from != to)
            .map(|(from, to, label)| Link { from, to, label: if *label { (70.0, 17.0) } else { (0.0, 0.0) } })
            .collect();
        let once = layout(&sizes, &links);
        prop_assert_eq!(sound(&once, &links), Ok(()));
        prop_assert_eq!(once, layout(&sizes, &links), "the same again");
    }
}

#[test]
fn every_step_and_every_exit_is_drawn_and_fits() {
    let (flow, picture) = drawn(MENU);
    let image = svg(&picture, Form::Alone);
    let plan = plan(&picture);
    assert_eq!(plan.layout.boxes.len(), picture.nodes.len());
    for step in &flow.steps {
        assert!(image.contains(&format!("data-step=\"{}\"", step.id)), "{}", step.id);
    }
    for (index, edges) in Graph::of(&flow).edges.iter().enumerate() {
        let step = &flow.steps[index].id;
        let of_step: Vec<&str> = picture
            .ways
            .iter()
            .filter(|way| picture.nodes[way.from].id == *step)
            .flat_map(|way| way.exits.iter().map(|exit| exit.word.as_str()))
            .collect();
        for edge in edges.iter().filter(|edge| edge.exit.word() != "end") {
            assert!(of_step.contains(&&*edge.exit.word()), "{step}: {:?}", edge.exit);
        }
    }
    for (content, rect) in plan.contents.iter().zip(&plan.layout.boxes) {
        for line in &content.lines {
            let wide = width::of(&line.text, line.role.size(), line.role.bold());
            assert!(wide + super::boxes::PAD_X <= rect.width, "{line:?} sticks out of {rect:?}");
        }
    }
    let jumps = picture.ways.iter().filter(|way| way.jump).count();
    assert_eq!(lines(&picture).count() + jumps, picture.ways.len());
    let own: Vec<_> = picture.ways.iter().filter(|way| way.from == way.to).collect();
    assert!(own.iter().all(|way| way.jump) && own.len() == 1, "a step that leads to itself names it");
}

#[test]
fn hostile_texts_stay_texts() {
    let (_, picture) = drawn(MENU);
    let image = svg(&picture, Form::Alone);
    let read = roxmltree::Document::parse(&image).expect("well-formed XML");
    assert!(read.descendants().all(|node| !node.has_tag_name("script")), "{image}");
    assert_eq!(read.descendants().filter(|node| node.has_tag_name("svg")).count(), 1);
    assert!(read.descendants().any(|node| node.text().is_some_and(|text| text.contains("<script>alert(1)"))));
    let chart = mermaid::mermaid(&picture);
    assert!(!chart.contains("<script") && !chart.contains("-->\"") && chart.contains("日本語"), "{chart}");
    for line in chart.lines().filter(|line| line.contains('"')) {
        assert_eq!(line.matches('"').count(), 2, "{line}");
    }
    let digraph = dot::dot(&picture);
    for line in digraph.lines() {
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(bare.matches('"').count() % 2, 0, "{line}");
    }
}

#[test]
fn findings_and_proofs_stand_in_the_boxes() {
    let (_, picture) = drawn(
        "flow: x\nstart: { default: true }\nslots: { a: text }\nsteps:\n  - id: a\n    ask: { slot: a, prompt: \"{{ nothing }}\" }\n  - id: t\n    ticket: { category: other, subject: \"x\" }\n  - id: u\n    ticket: { category: other, subject: x, without_faq: because }\n  - end: ticketed\n",
    );
    let node = |id: &str| picture.nodes.iter().find(|node| node.id == id).expect("a box");
    assert!(node("a").findings.iter().any(|mark| mark.error), "{:?}", node("a"));
    assert!(node("t").findings.iter().any(|mark| mark.code == "V301"), "{:?}", node("t").findings);
    assert_eq!(node("t").proof, None, "what is not proved is not said");
    assert_eq!(node("u").proof.as_deref(), Some("no answer before: because"));
}

#[test]
fn counts_stand_on_ways_and_steps() {
    let (flow, findings) = flow(MENU);
    let mut counts = Counts { began: 1_200, ..Counts::default() };
    counts.steps.insert("topic".into(), 1_200);
    counts.left.insert("topic".into(), 36);
    counts.ways.entry("topic".into()).or_default().insert("option:b".into(), 800);
    let view = View { findings: &findings, counts: Some(&counts), ..View::default() };
    let image = svg(&Picture::of(&flow, view), Form::Alone);
    assert!(image.contains("left here: 36 (3.0 %)"), "{image}");
    assert!(image.contains("日本語 800"));
    assert!(image.contains("stroke-width=\"8.0\""), "the widest is what began");
}

#[test]
fn a_flow_of_two_hundred_steps_stays_narrow_enough_and_quick() {
    let mut text = String::from("flow: long\nstart: { default: true }\nslots: { a: text }\nsteps:\n");
    for at in 0..200 {
        text.push_str(&format!(
            "  - id: s{at}\n    confirm: {{ prompt: \"Number {at}?\", yes: s{}, no: s{} }}\n",
            (at + 1).min(200),
            (at * 7 + 3) % 200
        ));
    }
    text.push_str("  - id: s200\n    end: informed\n");
    let (_, picture) = drawn(&text);
    let plan = plan(&picture);
    assert!(plan.layout.width < 6_000.0, "{}", plan.layout.width);
    let named = picture.ways.iter().filter(|way| way.jump).count();
    assert!(named > 50, "far jumps are named: {named}");
}
