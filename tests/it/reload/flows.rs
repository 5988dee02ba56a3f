//! Two versions of a form, each text with the version and step in brackets.

use std::fs;
use std::path::PathBuf;

pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for inside in ["flows", "faq"] {
            fs::create_dir(folder.path().join(inside)).expect("a folder in it");
        }
        let faq = "- id: hours\n  questions: { en: [When are you open?, opening hours, business hours] }\n  answer: { en: Always. }\n";
        fs::write(folder.path().join("faq/hours.yaml"), faq).expect("a file");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn flows(&self) -> String {
        self.path("flows").display().to_string()
    }

    pub fn faq(&self) -> String {
        self.path("faq").display().to_string()
    }

    pub fn database(&self) -> String {
        format!("sqlite://{}", self.path("vestibule.db").display())
    }

    /// As many editors do: beside, then in its place.
    fn write(&self, text: &str) {
        let beside = self.path("flows/.form.yaml.swp");
        fs::write(&beside, text).expect("a file");
        fs::rename(beside, self.path("flows/form.yaml")).expect("in its place");
    }

    pub fn write_first(&self) {
        self.write(FIRST);
    }

    /// In two goes, the first of which is no flow at all.
    pub fn write_broken(&self) {
        let broken = FIRST.replace("goto: device", "goto: devise");
        let path = self.path("flows/form.yaml");
        fs::write(&path, &broken[..broken.len() / 2]).expect("a half");
        std::thread::sleep(std::time::Duration::from_millis(60));
        fs::write(&path, broken).expect("the whole");
    }

    /// A step renamed, one removed, one put in, and a slot of another type.
    pub fn write_second(&self) {
        self.write(SECOND);
    }

    /// A step renamed, without saying so.
    pub fn write_renamed(&self) {
        self.write(&FIRST.replace("id: device", "id: apparatus").replace("goto: device", "goto: apparatus"));
    }

    pub fn write_greeting(&self, number: usize) {
        self.write(&FIRST.replace("[v1 hello]", &format!("[v1 hello {number}]")));
    }
}

const FIRST: &str = r#"flow: form
title: { en: A form }
start: { default: true }
slots:
  topic: { type: choice, options: [network, billing] }
  device: { type: text }
  size: { type: number }
  extra: { type: text }
  problem: { type: text }
steps:
  - say: { en: "[v1 hello]" }
  - id: topic
    choose:
      slot: topic
      prompt: { en: "[v1 topic]" }
      options:
        - { value: network, label: { en: Network } }
        - { value: billing, label: { en: Billing }, goto: device }
  - id: device
    ask: { slot: device, prompt: { en: "[v1 device]" } }
  - id: size
    ask: { slot: size, prompt: { en: "[v1 size] of {{ slots.device }}" } }
  - ask: { slot: extra, prompt: { en: "[any extra]" } }
  - id: problem
    ask: { slot: problem, prompt: { en: "[v1 problem]" } }
  - faq: { query: "{{ slots.problem }}", on_resolved: done }
  - id: sure
    confirm: { prompt: { en: "[v1 sure]" }, yes: open, no: done }
  - id: open
    ticket: { category: "{{ slots.topic }}", subject: "{{ slots.problem }}", fields: { size: "{{ slots.size }}" } }
  - say: { en: "[v1 ticket] {{ ticket.code }}" }
  - end: ticketed
  - id: done
    say: { en: "[v1 bye]" }
  - end: informed
"#;

const SECOND: &str = r#"flow: form
title: { en: A form }
start: { default: true }
moved: { device: machine }
slots:
  topic: { type: choice, options: [network, billing] }
  device: { type: text }
  size: { type: choice, options: [small, large] }
  extra: { type: text }
steps:
  - say: { en: "[v2 hello]" }
  - say: { en: "[v2 news]" }
  - id: topic
    choose:
      slot: topic
      prompt: { en: "[v2 topic]" }
      options:
        - { value: billing, label: { en: Billing } }
        - { value: network, label: { en: Network }, goto: machine }
  - id: machine
    ask: { slot: device, prompt: { en: "[v2 machine]" } }
  - id: size
    ask: { slot: size, prompt: { en: "[v2 size] of {{ slots.device }}" } }
  - ask: { slot: extra, prompt: { en: "[any extra]" } }
  - faq: { query: "{{ slots.device }}", on_resolved: done }
  - id: sure
    confirm: { prompt: { en: "[v2 sure]" }, yes: open, no: done }
  - id: open
    ticket: { category: "{{ slots.topic }}", subject: "{{ slots.device }}", fields: { size: "{{ slots.size }}" } }
  - say: { en: "[v2 ticket] {{ ticket.code }}" }
  - end: ticketed
  - id: done
    say: { en: "[v2 bye]" }
  - end: informed
"#;
