use super::*;

/// Numbers that look random and are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[(self.unit() * words.len() as f64) as usize]
    }
}

/// A desk on which the time that a ticket takes depends on its queue, on the load and on whether somebody has it, which no one
/// formula of the model says: what is left of the target is compared with a time drawn by chance.
fn desk(seed: u64, n: usize) -> Vec<Example> {
    let mut dice = Dice(seed);
    let mut examples = Vec::with_capacity(n);
    while examples.len() < n {
        let queue = dice.pick(&["network", "billing", "hardware", "access", "other"]);
        let priority = dice.pick(&["low", "normal", "high", "urgent"]);
        let target = match priority {
            "urgent" => 4.0,
            "high" => 8.0,
            "normal" => 24.0,
            _ => 40.0,
        };
        let used = dice.unit();
        let tier = 1 + (dice.unit() * dice.unit() * 3.0) as u8;
        let load = 2.0 + 14.0 * dice.unit() * dice.unit();
        let reopened = u32::from(dice.unit() < 0.12);
        let assigned = dice.unit() < 0.35 + 0.5 * used;
        let slow = match queue {
            "network" => 1.6,
            "hardware" => 1.2,
            "billing" => 0.8,
            _ => 0.6,
        };
        let pace =
            slow * (0.5 + load / 10.0) * (0.7 + 0.3 * f64::from(tier)) * (1.0 + 0.6 * f64::from(reopened));
        let wait = if assigned { 0.0 } else { 0.3 * target * dice.unit() };
        // Exponential, so that the past says nothing of the time to come.
        let takes = wait + 0.25 * target.powf(0.8) * pace * -(1.0 - dice.unit()).ln();
        let hours_left = target * (1.0 - used);
        let features = Features {
            used,
            hours_left,
            queue: queue.to_owned(),
            priority: priority.to_owned(),
            tier,
            reopened,
            assigned,
            load,
        };
        examples.push(Example { features, missed: takes > hours_left });
    }
    examples
}

fn show(model: &Model) {
    let score = model.score();
    println!(
        "n {}  brier {:.4}  of the base rate {:.4}  rate {:.3}",
        score.n, score.brier, score.brier_of_base_rate, score.rate
    );
    println!("  from    to      n  predicted  observed");
    for bin in model.reliability() {
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        let (predicted, observed) = (number(bin.predicted), number(bin.observed));
        println!("   {:.1}   {:.1}  {:5}      {predicted:>5}     {observed:>5}", bin.from, bin.to, bin.n);
    }
}

#[test]
fn it_beats_the_base_rate_and_means_what_it_says() {
    for (seed, n) in [(1, 20_000), (2, 4_000)] {
        let model = Model::train(&desk(seed, n)).expect("enough");
        show(&model);
        let score = model.score();
        assert_eq!(score.n, n / 5);
        assert!(model.usable() && score.brier < 0.75 * score.brier_of_base_rate);
        assert_eq!(model.reliability().iter().map(|bin| bin.n).sum::<usize>(), score.n);
        for bin in model.reliability().iter().filter(|bin| bin.n >= 100) {
            let (predicted, observed) = (bin.predicted.expect("some"), bin.observed.expect("some"));
            assert!((predicted - observed).abs() < 0.1, "{bin:?}");
            assert!((bin.from..=bin.to).contains(&predicted));
        }
    }
}

#[test]
fn few_examples_are_mostly_enough_to_be_of_use() {
    let models: Vec<Model> = (0..40).filter_map(|seed| Model::train(&desk(100 + seed, 300))).collect();
    let usable = models.iter().filter(|model| model.usable()).count();
    println!("of 40 desks with 300 examples {} learnt, {usable} are of use", models.len());
    assert!(models.len() == 40 && usable >= 36);
}

#[test]
fn what_has_nothing_to_do_with_it_is_of_no_use_and_says_the_base_rate() {
    let mut dice = Dice(5);
    let mut examples = desk(3, 4_000);
    examples.iter_mut().for_each(|example| example.missed = dice.unit() < 0.3);
    let model = Model::train(&examples).expect("enough");
    show(&model);
    assert!(model.score().brier < 1.02 * model.score().brier_of_base_rate);
    assert!(examples.iter().all(|example| (0.15..0.45).contains(&model.risk(&example.features))));
}

#[test]
fn more_used_is_never_safer() {
    for seed in [1, 2, 3] {
        let examples = desk(seed, 3_000);
        let model = Model::train(&examples).expect("enough");
        for example in examples.iter().take(200) {
            let at = |used: f64| model.risk(&Features { used, ..example.features.clone() });
            let risks: Vec<f64> = (0..=30).map(|tenth| at(f64::from(tenth) / 20.0)).collect();
            assert!(risks.windows(2).all(|two| two[0] <= two[1]), "{risks:?}");
            let at = |hours_left: f64| model.risk(&Features { hours_left, ..example.features.clone() });
            assert!(at(0.1) >= at(2.0) && at(2.0) >= at(40.0));
        }
    }
    // Even where the examples have it the wrong way round.
    let mut examples = desk(4, 2_000);
    for (at, example) in examples.iter_mut().enumerate() {
        example.missed = example.features.used < 0.3 || at % 9 == 0;
    }
    let model = Model::train(&examples).expect("enough");
    let at = |used: f64| model.risk(&Features { used, ..examples[0].features.clone() });
    assert!(at(0.0) <= at(0.5) && at(0.5) <= at(1.0));
}

#[test]
fn what_raises_the_risk_is_seen() {
    let model = Model::train(&desk(1, 20_000)).expect("enough");
    let usual = Features {
        used: 0.6,
        hours_left: 9.6,
        queue: "billing".to_owned(),
        priority: "normal".to_owned(),
        tier: 1,
        reopened: 0,
        assigned: true,
        load: 4.0,
    };
    let risk = model.risk(&usual);
    let worse = [
        ("nobody has it", Features { assigned: false, ..usual.clone() }),
        ("a slow queue", Features { queue: "network".to_owned(), ..usual.clone() }),
        ("a high load", Features { load: 14.0, ..usual.clone() }),
        ("little time left", Features { hours_left: 1.0, used: 0.96, ..usual.clone() }),
        ("it came up again", Features { reopened: 1, ..usual.clone() }),
    ];
    println!("usual: {risk:.3}");
    for (why, features) in worse {
        println!("{why}: {:.3}", model.risk(&features));
        assert!(model.risk(&features) > risk, "{why}");
    }
}

#[test]
fn too_few_or_one_sided_examples_give_none() {
    assert_eq!(Model::train(&[]), None);
    assert_eq!(Model::train(&desk(1, NEEDED - 1)), None);
    for missed in [true, false] {
        let mut examples = desk(1, 1_000);
        examples.iter_mut().for_each(|example| example.missed = missed);
        assert_eq!(Model::train(&examples), None);
        examples.iter_mut().take(19).for_each(|example| example.missed = !missed);
        assert_eq!(Model::train(&examples), None);
        // Enough of both, but too late to learn from.
        let mut examples = desk(1, 1_000);
        examples.iter_mut().enumerate().for_each(|(at, example)| example.missed = (at >= 600) == missed);
        assert_eq!(Model::train(&examples), None);
    }
}

#[test]
fn odd_numbers_are_borne() {
    let mut examples = desk(1, 2_000);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 0.0, -1.0, 1e300];
    for (at, example) in examples.iter_mut().enumerate().step_by(50) {
        example.features.used = odd[at / 50 % 8];
        example.features.load = odd[(at / 50 + 1) % 8];
        example.features.hours_left = odd[(at / 50 + 2) % 8];
    }
    let model = Model::train(&examples).expect("enough");
    assert!(model.usable());
    for used in odd {
        for hours_left in odd {
            for load in odd {
                let features =
                    Features { used, hours_left, load, reopened: u32::MAX, tier: 255, ..Features::default() };
                let risk = model.risk(&features);
                assert!((0.0..=1.0).contains(&risk), "{features:?} {risk}");
            }
        }
    }
    // Nothing differs but the outcome; and a feature that says it all.
    let mut same: Vec<Example> =
        (0..500).map(|at| Example { features: Features::default(), missed: at % 4 == 0 }).collect();
    let model = Model::train(&same).expect("enough");
    assert!((model.risk(&Features::default()) - 0.25).abs() < 0.02 && !model.usable());
    same.iter_mut().for_each(|example| example.features.used = if example.missed { 0.9 } else { 0.1 });
    let model = Model::train(&same).expect("enough");
    assert!(model.usable() && model.score().brier < 0.01);
    assert_eq!(Model::train(&same), Some(model), "the same each time");
}
