use std::collections::BTreeMap;

use super::*;
use crate::flow::SlotValue;

fn rendered(source: &str, names: &Names<'_>) -> Result<String, TemplateFault> {
    let mut templates = Templates::new();
    let text = templates.text(source, &Place::start_of("t.yaml")).expect("it compiles");
    templates.render(&text, &Scope::new(names))
}

#[test]
fn reads_each_name_by_its_path() {
    let slots = BTreeMap::from([
        ("topic".to_owned(), SlotValue::Text("vpn".to_owned())),
        ("count".to_owned(), SlotValue::Number(3.0)),
    ]);
    let incident = [("area", "network"), ("title", "down")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let incidents = [BTreeMap::from(incident)];
    let names = Names {
        slots: Some(&slots),
        contact_name: Some("Ada"),
        locale: "it",
        channel: "web",
        incidents: &incidents,
        business_open: true,
        extra: &[("label", "Rete".to_owned())],
        ..Names::default()
    };
    let source = "{{ slots.topic }} {{ slots.count }} {{ contact.name }} {{ contact.locale }} {{ channel.kind }} \
                  {{ business.open }} {{ known_incidents('network')[0].title }} \
                  {{ known_incidents('power') | length }} {{ label }}";
    assert_eq!(rendered(source, &names), Ok("vpn 3 Ada it web True down 0 Rete".to_owned()));
}

#[test]
fn nobody_reads_the_word_none() {
    let names = Names { locale: "en", ..Names::default() };
    let source = "Hello {{ contact.name }}!{% if contact.name %} x{% endif %} {{ contact.name | default('you') }} \
                  {{ contact.profile | d }}| {{ contact.verified | default('no') }} {{ '' | default('y', true) }} \
                  {{ '' | default('y') }}|";
    assert_eq!(rendered(source, &names), Ok("Hello ! you | False y |".to_owned()));
}

#[test]
fn refuses_what_is_not_there_and_work_without_end() {
    let slots = BTreeMap::new();
    let names = Names { slots: Some(&slots), ..Names::default() };
    assert!(rendered("{{ slots.none }}", &names).is_err());
    assert!(rendered("{{ ticket.code }}", &names).is_err());
    assert!(
        rendered("{% for i in range(10000) %}{% for j in range(10000) %}x{% endfor %}{% endfor %}", &names)
            .is_err()
    );
}

#[test]
fn tells_filters_and_tests_that_exist() {
    let templates = Templates::new();
    assert!(
        templates.has_filter("upper") && templates.has_filter("truncate") && !templates.has_filter("uper")
    );
    assert!(templates.has_test("defined") && !templates.has_test("full"));
}

/// A condition is compiled within the text that evaluates it: nothing is let in that way which is no expression alone.
#[test]
fn a_condition_is_one_expression() {
    let mut templates = Templates::new();
    let at = Place::start_of("t.yaml");
    let pieces = [
        "a", "1", "(", ")", "[", "]", ",", "%}", "}}", "{{", "{%", "{#", "#}", "'", "|", "if", "else", "not",
        "==", "~", ".", "x=1", "*",
    ];
    let mut good = 0;
    for first in pieces {
        for second in pieces {
            for third in pieces {
                let source = format!("{first} {second} {third}");
                let alone = templates.env.compile_expression(bare(&source)).is_ok();
                if templates.condition(&source, &at).is_ok() {
                    assert!(alone, "{source}");
                    good += 1;
                }
            }
        }
    }
    assert!(good > 20, "{good}");
    let wrong = templates.condition("slots.x ==", &at).expect_err("it is cut short");
    assert!(wrong.message.contains("end of input"), "{}", wrong.message);
}
