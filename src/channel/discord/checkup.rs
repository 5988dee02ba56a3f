//! What `vestibule doctor` asks Discord: the token, the intent that agents need, the commands, the rights in the agents'
//! channel. Nothing is changed by it.

use serde_json::Value;

use super::address::number;
use super::wire::Answer;
use super::{Discord, commands};
use crate::app::checkup::{Checked, Checkup};
use crate::flow::Playbook;

/// Message content, allowed or limited: <https://discord.com/developers/docs/resources/application#application-object-application-flags>.
const MESSAGE_CONTENT: u64 = 1 << 18 | 1 << 19;
/// All rights at once.
const ADMINISTRATOR: u64 = 1 << 3;
/// What the bot needs where agents work: <https://discord.com/developers/docs/topics/permissions>.
const NEEDED: [(u64, &str); 7] = [
    (1 << 10, "View Channel"),
    (1 << 11, "Send Messages"),
    (1 << 15, "Attach Files"),
    (1 << 16, "Read Message History"),
    (1 << 34, "Manage Threads"),
    (1 << 36, "Create Private Threads"),
    (1 << 38, "Send Messages in Threads"),
];

pub async fn run(discord: &Discord, playbook: &Playbook) -> Vec<Checked> {
    let mut checkup = Checkup::of("discord");
    let Some(me) = token(discord, &mut checkup).await else { return checkup.found };
    let application = match asked(discord, "/oauth2/applications/@me").await {
        Ok(application) => application,
        Err(why) => {
            checkup.wrong(format!("the application is not told ({why})"), "try again later");
            return checkup.found;
        }
    };
    commands_shown(discord, &application, playbook, &mut checkup).await;
    match &discord.desk {
        None => checkup.off("agents do not work on Discord", "name a text channel in `desk.discord.channel`"),
        Some(desk) => {
            let flags = application["flags"].as_u64();
            if flags.is_some_and(|flags| flags & MESSAGE_CONTENT == 0) {
                checkup.wrong(
                    "the bot may not read what agents write",
                    "at the developer portal, under Bot: switch on the Message Content intent",
                );
            }
            if desk.agents.is_empty() {
                checkup.doubtful(
                    "nobody in the agents' channel is known: what they write there is not taken",
                    "say who is who in `desk.discord.agents`: [anna=123456789012345678]",
                );
            }
            channel(discord, desk.channel, me, &mut checkup).await;
        }
    }
    checkup.found
}

/// A call without an effect; what went wrong in words.
async fn asked(discord: &Discord, path: &str) -> Result<Value, String> {
    match discord.wire.get(path).await {
        Answer::Ok(answer) => Ok(answer),
        Answer::Unreadable => Err("an answer that cannot be read".to_owned()),
        Answer::No(refusal) => Err(refusal.words()),
    }
}

/// The bot's number; `None` where nothing else can be asked.
async fn token(discord: &Discord, checkup: &mut Checkup) -> Option<u64> {
    match asked(discord, "/users/@me").await {
        Ok(me) => {
            checkup.fine(format!("the token is that of {}", me["username"].as_str().unwrap_or_default()));
            number(&me["id"])
        }
        Err(why) if why.contains("Unauthorized") => {
            checkup.wrong(
                format!("the token is not taken ({why})"),
                "at the developer portal, under Bot: Reset Token, and put it into `channels.discord.token` or its file",
            );
            None
        }
        Err(why) => {
            checkup.wrong(
                format!("{} does not answer ({why})", discord.settings.api_url),
                "see whether this machine reaches that address (a firewall, a proxy), and `channels.discord.api_url`",
            );
            None
        }
    }
}

async fn commands_shown(discord: &Discord, application: &Value, playbook: &Playbook, checkup: &mut Checkup) {
    let path = format!("/applications/{}/commands", application["id"].as_str().unwrap_or_default());
    let shown = match asked(discord, &path).await {
        Ok(shown) => shown,
        Err(why) => return checkup.doubtful(format!("the commands are not told ({why})"), "try again later"),
    };
    let says = |command: &Value| (command["name"].to_string(), command["description"].to_string());
    let mut shown: Vec<_> = shown.as_array().into_iter().flatten().map(says).collect();
    let mut ours: Vec<_> = commands::all(playbook).iter().map(says).collect();
    shown.sort();
    ours.sort();
    if shown == ours {
        checkup.fine(format!("{} commands are shown", ours.len()));
    } else {
        checkup.doubtful(
            "the commands that people see are not those of the flows",
            "`vestibule serve` registers them when it starts",
        );
    }
}

/// The agents' channel: there, one of text, and the bot may do what it must.
async fn channel(discord: &Discord, channel: u64, me: u64, checkup: &mut Checkup) {
    let told = match asked(discord, &format!("/channels/{channel}")).await {
        Ok(told) => told,
        Err(why) => {
            return checkup.wrong(
                format!("the agents' channel {channel} is not to be seen ({why})"),
                "add the bot to the server and let it see the channel; copy its number with Developer Mode on",
            );
        }
    };
    let name = told["name"].as_str().unwrap_or_default().to_owned();
    let Some(guild) = number(&told["guild_id"]).filter(|_| told["type"] == 0) else {
        return checkup.wrong(
            format!("{name} is no text channel of a server"),
            "name one in `desk.discord.channel`: no forum, no thread, no direct messages",
        );
    };
    let server = asked(discord, &format!("/guilds/{guild}")).await;
    let member = asked(discord, &format!("/guilds/{guild}/members/{me}")).await;
    let (Ok(server), Ok(member)) = (server, member) else {
        return checkup.doubtful(format!("the bot's rights in {name} are not told"), "try again later");
    };
    let has = rights(&told, &server, &member, me);
    let missing: Vec<&str> =
        NEEDED.iter().filter(|(right, _)| has & right == 0).map(|(_, name)| *name).collect();
    if missing.is_empty() {
        checkup.fine(format!("agents work in {name}; the bot may do there what it must"));
    } else {
        checkup.wrong(
            format!("in {name} the bot lacks: {}", missing.join(", ")),
            "give it these in the channel's settings, Permissions",
        );
    }
}

/// A member's rights in a channel: <https://discord.com/developers/docs/topics/permissions#permission-overwrites>.
fn rights(channel: &Value, server: &Value, member: &Value, me: u64) -> u64 {
    let bits = |told: &Value| told.as_str().and_then(|bits| bits.parse::<u64>().ok()).unwrap_or_default();
    let list = |told: &Value| told.as_array().cloned().unwrap_or_default();
    let mine: Vec<Value> = list(&member["roles"]);
    // Everybody's role has the server's own number.
    let held = |id: &Value| *id == server["id"] || mine.contains(id);
    let roles = list(&server["roles"]);
    let base = roles.iter().filter(|role| held(&role["id"])).map(|role| bits(&role["permissions"]));
    let base = base.fold(0, |all, bits| all | bits);
    if base & ADMINISTRATOR != 0 || number(&server["owner_id"]) == Some(me) {
        return u64::MAX;
    }
    let overwrites = list(&channel["permission_overwrites"]);
    let everybody = overwrites.iter().filter(|one| one["id"] == server["id"]);
    let roles = overwrites.iter().filter(|one| mine.contains(&one["id"]));
    let own = overwrites.iter().filter(|one| number(&one["id"]) == Some(me));
    let apply = |has: u64, all: Vec<&Value>| {
        let deny = all.iter().map(|one| bits(&one["deny"])).fold(0, |all, bits| all | bits);
        let allow = all.iter().map(|one| bits(&one["allow"])).fold(0, |all, bits| all | bits);
        has & !deny | allow
    };
    apply(apply(apply(base, everybody.collect()), roles.collect()), own.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rights_are_reckoned_as_the_platform_does() {
        let server = json!({ "id": "1", "owner_id": "9", "roles": [
            { "id": "1", "permissions": "3072" }, { "id": "2", "permissions": "32768" }] });
        let member = json!({ "roles": ["2"] });
        let over = json!({ "permission_overwrites": [
            { "id": "1", "deny": "2048", "allow": "0" }, { "id": "2", "deny": "1024", "allow": "2048" },
            { "id": "7", "deny": "0", "allow": "65536" }] });
        assert_eq!(rights(&json!({}), &server, &member, 7), 1_024 | 2_048 | 32_768);
        assert_eq!(rights(&over, &server, &member, 7), 2_048 | 32_768 | 65_536);
        assert_eq!(rights(&over, &server, &member, 9), u64::MAX);
    }
}
