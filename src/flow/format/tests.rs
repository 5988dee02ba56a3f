use super::*;
use crate::flow::template::{Names, Scope, Templates};
use crate::source::Place;

fn said(locale: &str, voice: bool, text: &str) -> Result<String, String> {
    let (_, mut templates): (Words, Templates) =
        crate::flow::parse::built_in_words(&["en".into(), "it".into(), "de".into()]);
    let text = templates.text(text, &Place::start_of("t")).map_err(|found| found.message)?;
    let names = Names { locale, voice, now: "2026-11-24T09:05:00+01:00", ..Names::default() };
    templates.render(&text, &Scope::new(&names)).map_err(|fault| fault.message)
}

#[test]
fn numbers_by_locale() {
    let table = [
        ("en", "{{ 1234567.5 | number }}", "1,234,567.5"),
        ("it", "{{ 1234567.5 | number }}", "1.234.567,5"),
        ("de", "{{ 1234567.5 | number }}", "1.234.567,5"),
        ("de", "{{ -999 | number(2) }}", "-999,00"),
        ("de", "{{ '3.14159' | number(2) }}", "3,14"),
        ("de-AT", "{{ 1000 | number }}", "1.000"),
        ("xx", "{{ 1234.5 | number }}", "1234.5"),
    ];
    for (locale, text, expected) in table {
        assert_eq!(said(locale, false, text).as_deref(), Ok(expected), "{locale} {text}");
    }
    assert_eq!(said("de", true, "{{ 1234.5 | number }}").as_deref(), Ok("1234,5"));
    assert!(said("de", false, "{{ 'many' | number }}").is_err());
}

#[test]
fn days_and_hours_by_locale() {
    let table = [
        ("en", "{{ '2026-05-03' | date }}", "3 May 2026"),
        ("it", "{{ '2026-05-03' | date }}", "3 maggio 2026"),
        ("de", "{{ '2026-05-03' | date }}", "3. Mai 2026"),
        ("it", "{{ '2026-05-01' | date }}", "1º maggio 2026"),
        ("en", "{{ '2026-05-03' | date('short') }}", "03/05/2026"),
        ("de", "{{ '2026-05-03' | date('short') }}", "03.05.2026"),
        ("xx", "{{ '2026-05-03' | date }}", "2026-05-03"),
        ("de", "{{ now | date('relative') }}", "heute"),
        ("it", "{{ '2026-11-23' | date('relative') }}", "ieri"),
        ("en", "{{ '2026-11-25' | date('relative') }}", "tomorrow"),
        ("de", "{{ '2026-11-20' | date('relative') }}", "20. November 2026"),
        ("de", "{{ now | time }}", "09:05"),
        ("de", "{{ now | datetime }}", "24. November 2026 um 09:05 Uhr"),
        ("en", "{{ now | datetime('short') }}", "24/11/2026 09:05"),
        ("xx", "{{ now | datetime }}", "2026-11-24 09:05"),
    ];
    for (locale, text, expected) in table {
        assert_eq!(said(locale, false, text).as_deref(), Ok(expected), "{locale} {text}");
    }
    assert_eq!(said("it", true, "{{ '2026-05-01' | date }}").as_deref(), Ok("primo maggio 2026"));
    for wrong in [
        "{{ 'soon' | date }}",
        "{{ now | date('tiny') }}",
        "{{ '2026-05-03' | time }}",
        "{{ now | date(form='x') }}",
    ] {
        assert!(said("en", false, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn plurals_by_the_rules_of_the_language() {
    let table = [
        ("en", "{{ 1 | plural(one='ticket', other='tickets') }}", "ticket"),
        ("en", "{{ 0 | plural(one='ticket', other='tickets') }}", "tickets"),
        ("de", "{{ 1.5 | plural(one='Tag', other='Tage') }}", "Tage"),
        ("it", "{{ '1' | plural(one='giorno', other='giorni') }}", "giorno"),
        ("pl", "{{ 3 | plural(one='plik', few='pliki', many='plików', other='pliku') }}", "pliki"),
        ("pl", "{{ 5 | plural(one='plik', few='pliki', many='plików', other='pliku') }}", "plików"),
        ("fr", "{{ 0 | plural(one='jour', other='jours') }}", "jour"),
        ("xx", "{{ 1 | plural(one='a', other='b') }}", "b"),
        ("pl", "{{ 5 | plural(one='plik', other='pliku') }}", "pliku"),
    ];
    for (locale, text, expected) in table {
        assert_eq!(said(locale, false, text).as_deref(), Ok(expected), "{locale} {text}");
    }
    for wrong in [
        "{{ 1 | plural(one='a') }}",
        "{{ 1 | plural(ones='a', other='b') }}",
        "{{ 'x' | plural(other='b') }}",
    ] {
        assert!(said("en", false, wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        (needed("en"), needed("it"), needed("de")),
        (vec!["one", "other"], vec!["one", "other"], vec!["one", "other"])
    );
    assert_eq!((needed("pl"), needed("ja")), (vec!["one", "few", "many", "other"], vec!["other"]));
    assert!(categories("it").contains(&"many"));
}

#[test]
fn a_text_is_in_its_own_language_whoever_reads_it() {
    let (words, templates) = crate::flow::parse::built_in_words(&["en".into(), "de".into()]);
    let text = words.text("code_again").and_then(|text| text.written.get("de")).expect("a text");
    assert_eq!(text.locale.as_deref(), Some("de"));
    let names = Names { locale: "en", extra: &[("code", "1".to_owned())], ..Names::default() };
    assert_eq!(templates.render(text, &Scope::new(&names)).as_deref(), Ok("Ich wiederhole: 1."));
}
