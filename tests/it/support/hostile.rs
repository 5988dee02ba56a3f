//! Strings that were made to hurt, for what goes out to people.

/// Two hundred strings: markup, links, mentions, controls, directions, templates, long and empty.
pub fn strings() -> Vec<String> {
    let seeds = [
        "**bold** `code` [x](https://evil.example)",
        "[click](tg://resolve?domain=evil)",
        "<b>x</b><a href=\"https://evil.example\">y</a>",
        "__under__ ~~gone~~ ||spoiler|| >quote",
        "@everyone @here <@1> <@&2>",
        "{{ 7*7 }} ${7*7} {0.__class__} %s",
        "\u{202E}desrever\u{202C} \u{2066}x\u{2069}",
        "a\u{0}b\u{1}c\u{7f}\u{FEFF}\u{FFFE}",
        "👩‍👩‍👧‍👦👍🏽🇮🇹e\u{301}\u{301}\u{301}",
        "'; DROP TABLE conversations; --",
        "](https://evil.example) **",
        "``` ` ** [ ]( ",
        "https://evil.example/a?b=c&d=\"e\"",
        "[a](https://evil.example\nb)",
        "\u{E000}12345678\u{E001}",
        "=cmd|' /C calc'!A0",
        "-- \\*esc\\* \\[esc\\]",
        "[**x**](https://evil.example)",
        "mailto:a@b javascript:alert(1)",
        "+1 900 555 0199 /start /cancel@x",
    ];
    let shapes: [fn(&str) -> String; 10] = [
        |s| s.to_owned(),
        |s| format!("my {s} is broken"),
        |s| s.repeat(2),
        |s| format!("{s}\n\n{s}"),
        |s| format!("  {s}  "),
        |s| s.replace(' ', "\u{a0}"),
        |s| format!("x{}", s.repeat(4)),
        |s| s.chars().rev().collect(),
        |s| format!("**{s}**"),
        |s| format!("[{s}](https://evil.example)"),
    ];
    seeds.iter().flat_map(|seed| shapes.iter().map(move |shape| shape(seed))).collect()
}
