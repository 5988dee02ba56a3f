//! How wide a text is, by a table: the picture is drawn without asking a font. The widths are those of a broad sans
//! serif (DejaVu Sans), so that narrower ones leave room and none sticks out of its box.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// Widths of the printable ASCII characters from the space on, in thousandths of the font's size.
#[rustfmt::skip]
const ASCII: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
/// How much broader bold letters are, in hundredths.
const BOLD: f64 = 1.14;

/// The width of a text at a size, in the size's unit.
pub fn of(text: &str, size: f64, bold: bool) -> f64 {
    let thousandths: u32 = text.nfd().map(|c| u32::from(of_char(c))).sum();
    f64::from(thousandths) / 1_000.0 * size * if bold { BOLD } else { 1.0 }
}

fn of_char(c: char) -> u16 {
    let point = u32::from(c);
    match point {
        0x20..=0x7E => ASCII[point as usize - 0x20],
        // Marks that stand on the letter before, and what shows nothing.
        0x300..=0x36F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x00..=0x1F | 0x7F..=0x9F => 0,
        0x2026 | 0x2014 => 1_000,
        0x202F | 0x2009 => 200,
        0xA0..=0x2FF => 700,
        0x370..=0x5FF => 850,
        0x2010..=0x206F => 500,
        // Arrows, signs, and the scripts whose letters are squares, emoji among them.
        _ => 1_050,
    }
}

/// A text in lines of at most `width`, `lines` of them; the last ends in an ellipsis where something was left out.
/// Broken at spaces, within a word only where it is wider than a line, never within a letter.
pub fn wrap(text: &str, width: f64, size: f64, bold: bool, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut left_out = false;
    'words: for word in text.split_whitespace() {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if of(&joined, size, bold) <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            if out.len() + 1 == lines {
                left_out = true;
                break;
            }
            out.push(std::mem::take(&mut line));
        }
        for letter in word.graphemes(true) {
            if !line.is_empty() && of(&line, size, bold) + of(letter, size, bold) > width {
                if out.len() + 1 == lines {
                    left_out = true;
                    break 'words;
                }
                out.push(std::mem::take(&mut line));
            }
            line.push_str(letter);
        }
    }
    if left_out {
        line = cut(&line, width, size, bold);
    }
    if !line.is_empty() {
        out.push(line);
    }
    out
}

/// The line with an ellipsis, within the width.
fn cut(line: &str, width: f64, size: f64, bold: bool) -> String {
    let room = width - of("…", size, bold);
    let mut kept = String::new();
    for letter in line.graphemes(true) {
        if of(&kept, size, bold) + of(letter, size, bold) > room {
            break;
        }
        kept.push_str(letter);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        for text in ["a few words that go on", &"x".repeat(300), "日本語の長い文章です、とても", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦"]
        {
            let lines = wrap(text, 60.0, 12.0, false, 2);
            assert!(lines.len() <= 2 && !lines.is_empty());
            assert!(lines.iter().all(|line| of(line, 12.0, false) <= 72.0), "{lines:?}");
        }
        assert_eq!(wrap("short", 100.0, 12.0, false, 2), ["short"]);
        assert!(wrap("one two three four five six", 60.0, 12.0, false, 1)[0].ends_with('…'));
    }
}
