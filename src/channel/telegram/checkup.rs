//! What `vestibule doctor` asks Telegram: the token, where updates go, the commands, the rights in the agents' group.
//! Nothing is changed by it. Fields: <https://core.telegram.org/bots/api#getwebhookinfo> and the pages beside.

use serde_json::{Value, json};

use super::Telegram;
use super::commands;
use super::wire::{Answer, Refusal};
use crate::app::checkup::{Checked, Checkup};
use crate::flow::Playbook;

/// Updates that wait there, from which on something is likely to be wrong.
const MANY: u64 = 100;

pub async fn run(telegram: &Telegram, playbook: &Playbook, public_url: Option<&str>) -> Vec<Checked> {
    let mut checkup = Checkup::of("telegram");
    if token(telegram, &mut checkup).await {
        updates(telegram, public_url, &mut checkup).await;
        commands_shown(telegram, playbook, &mut checkup).await;
        if let Some(desk) = &telegram.desk {
            group(telegram, desk.group, &mut checkup).await;
            if desk.agents.is_empty() {
                checkup.doubtful(
                    "nobody in the agents' group is known: what they write there is not taken",
                    "say who is who in `desk.telegram.agents`: [anna=123456789]",
                );
            }
        } else {
            checkup
                .off("agents do not work on Telegram", "name a group with topics in `desk.telegram.group`");
        }
    }
    checkup.found
}

/// A call without an effect; what went wrong in words.
async fn asked(telegram: &Telegram, method: &str, body: &Value) -> Result<Value, String> {
    match telegram.wire.send(method, body).await {
        Answer::Ok(answer) => Ok(answer),
        Answer::Unreadable => Err("an answer that cannot be read".to_owned()),
        Answer::No(Refusal::Told { status, description, .. }) => Err(format!("{status}: {description}")),
        Answer::No(Refusal::RetryAfter(time)) => {
            Err(format!("too many calls; again in {} s", time.as_secs()))
        }
        Answer::No(Refusal::NotSent(why) | Refusal::Unknown(why)) => Err(why),
    }
}

/// False where nothing else can be asked.
async fn token(telegram: &Telegram, checkup: &mut Checkup) -> bool {
    let told = asked(telegram, "getMe", &json!({})).await;
    let me = match told {
        Ok(me) => me,
        Err(why) if why.starts_with("401") || why.starts_with("404") => {
            checkup.wrong(
                format!("the token is not taken ({why})"),
                "copy it once more from @BotFather into `channels.telegram.token` or its file",
            );
            return false;
        }
        Err(why) => {
            checkup.wrong(
                format!("{} does not answer ({why})", telegram.settings.api_url),
                "see whether this machine reaches that address (a firewall, a proxy), and `channels.telegram.api_url`",
            );
            return false;
        }
    };
    checkup.fine(format!("the token is that of @{}", me["username"].as_str().unwrap_or_default()));
    if me["can_join_groups"] == false {
        checkup.doubtful("the bot can be put into no group", "@BotFather: /setjoingroups, Enable");
    }
    if me["can_read_all_group_messages"] != true {
        // An administrator reads all the same, so the agents' group does without it.
        checkup.fine("privacy mode is on: in groups it hears commands, mentions and replies only");
    }
    true
}

async fn updates(telegram: &Telegram, public_url: Option<&str>, checkup: &mut Checkup) {
    let info = match asked(telegram, "getWebhookInfo", &json!({})).await {
        Ok(info) => info,
        Err(why) => return checkup.wrong(format!("where updates go is not told ({why})"), "try again later"),
    };
    let url = info["url"].as_str().unwrap_or_default();
    match &telegram.settings.webhook {
        None if url.is_empty() => checkup.fine("updates are fetched"),
        None => checkup.doubtful(
            format!("Telegram calls {url}, so nothing can be fetched"),
            "`vestibule serve` takes that address away when it starts; if another program uses this bot, give each its own",
        ),
        Some(_) => called(telegram, public_url, url, checkup),
    }
    let waiting = info["pending_update_count"].as_u64().unwrap_or(0);
    if waiting >= MANY {
        checkup.doubtful(
            format!("{waiting} updates wait at Telegram, which keeps them for a day"),
            "start `vestibule serve`, or see in its log why it does not take them",
        );
    }
    if let Some(why) = info["last_error_message"].as_str().filter(|why| !why.is_empty()) {
        checkup.doubtful(
            format!("the last call of Telegram failed: {why}"),
            "see that the address is reached from outside, with a certificate that is valid",
        );
    }
}

fn called(telegram: &Telegram, public_url: Option<&str>, url: &str, checkup: &mut Checkup) {
    let Some(public) = public_url.filter(|public| public.starts_with("https://")) else {
        return checkup.wrong(
            "webhook mode, and `public_url` is no https address",
            "set `public_url`, or `channels.telegram.mode: poll`, which needs none",
        );
    };
    let ours = format!("{public}/telegram/{}", telegram.settings.bot());
    match url {
        "" => checkup
            .doubtful("Telegram has no address to call yet", "`vestibule serve` tells it when it starts"),
        told if told == ours => checkup.fine(format!("Telegram calls {ours}")),
        other => checkup.wrong(
            format!("Telegram calls {other}, not {ours}"),
            "start `vestibule serve`, which tells it; if another program uses this bot, give each its own",
        ),
    }
}

async fn commands_shown(telegram: &Telegram, playbook: &Playbook, checkup: &mut Checkup) {
    let mut stale = Vec::new();
    for locale in &playbook.locales {
        let tag = locale.split(['-', '_']).next().unwrap_or(locale);
        let body = if tag.len() == 2 { json!({ "language_code": tag }) } else { json!({}) };
        match asked(telegram, "getMyCommands", &body).await {
            Ok(shown) if shown == Value::from(commands::list(playbook, locale)) => {}
            Ok(_) => stale.push(locale.as_str()),
            Err(why) => {
                return checkup.doubtful(format!("the commands are not told ({why})"), "try again later");
            }
        }
    }
    if stale.is_empty() {
        checkup.fine(format!("commands are shown in {}", playbook.locales.join(", ")));
    } else {
        checkup.doubtful(
            format!("the commands that people see in {} are not those of the flows", stale.join(", ")),
            "`vestibule serve` registers them when it starts",
        );
    }
}

/// The agents' group: there, with topics, and the bot may do what it must.
async fn group(telegram: &Telegram, group: i64, checkup: &mut Checkup) {
    let chat = match asked(telegram, "getChat", &json!({ "chat_id": group })).await {
        Ok(chat) => chat,
        Err(why) => {
            return checkup.wrong(
                format!("the agents' group {group} is not to be seen ({why})"),
                "add the bot to the group, and take the number from its link or from getUpdates; it begins with -100",
            );
        }
    };
    let title = chat["title"].as_str().unwrap_or_default();
    if chat["is_forum"] != true {
        checkup.wrong(
            format!("the agents' group {title} has no topics"),
            "in Telegram: the group's settings, Topics, on",
        );
    }
    let me = telegram.settings.bot().parse::<i64>().unwrap_or_default();
    let member = asked(telegram, "getChatMember", &json!({ "chat_id": group, "user_id": me })).await;
    let member = match member {
        Ok(member) => member,
        Err(why) => {
            return checkup.wrong(format!("the bot's rights there are not told ({why})"), "try again later");
        }
    };
    let is_admin = matches!(member["status"].as_str(), Some("administrator" | "creator"));
    if !is_admin {
        return checkup.wrong(
            format!("the bot is no administrator of {title}: it does not hear agents, and can open no topic"),
            "make it one, with the right to manage topics",
        );
    }
    match member["can_manage_topics"] == true || member["status"] == "creator" {
        true => checkup.fine(format!("agents work in {title}; the bot may manage its topics")),
        false => checkup.wrong(
            format!("the bot may not manage topics in {title}"),
            "give it the right \"Manage topics\"",
        ),
    }
}
