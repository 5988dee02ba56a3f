//! Agents, their log-ins, the tokens of web chats; whether the store says that it is well.

use jiff::{SignedDuration, Timestamp};
use vestibule::conversation::{Channel, Owner, ids};
use vestibule::store::{AgentRow, LoginRow};

use super::made::{act, at, begun, on};
use super::{Db, on_both};

on_both![
    agents_are_added_once_and_listed,
    disabling_ends_log_ins,
    log_ins_come_and_go,
    tokens_are_found_by_their_hash,
    free_agents_are_counted,
    a_store_in_order_answers,
];

fn agent(name: &str) -> AgentRow {
    AgentRow {
        name: name.to_owned(),
        role: "agent".to_owned(),
        skills: vec!["network".to_owned(), "it".to_owned()],
        password: "$argon2id$v=19$…".to_owned(),
        disabled: false,
        presence: "offline".to_owned(),
        created: at(0),
    }
}

fn login(hash: &str, name: &str) -> LoginRow {
    LoginRow {
        token_hash: hash.to_owned(),
        agent: name.to_owned(),
        csrf: "csrf".to_owned(),
        created: at(0),
        seen: at(0),
        expires: at(100),
    }
}

async fn agents_are_added_once_and_listed(db: Db) {
    for name in ["bob", "ada"] {
        assert!(db.store.add_agent(&agent(name)).await.expect("an agent"));
    }
    let other = AgentRow { role: "admin".to_owned(), ..agent("ada") };
    assert!(!db.store.add_agent(&other).await.expect("a name that is taken"));
    assert_eq!(db.store.agents().await.expect("the agents"), [agent("ada"), agent("bob")]);
    assert_eq!(db.store.agent("ada").await.expect("a read"), Some(agent("ada")));
    assert_eq!(db.store.agent("Ada").await.expect("a read"), None);
}

async fn disabling_ends_log_ins(db: Db) {
    for name in ["ada", "bob"] {
        db.store.add_agent(&agent(name)).await.expect("an agent");
        db.store.add_login(&login(&format!("of {name}"), name)).await.expect("a log-in");
    }
    db.store.set_presence("ada", "online").await.expect("presence");
    assert!(db.store.disable_agent("ada").await.expect("disabled"));
    assert!(!db.store.disable_agent("nobody").await.expect("nobody"));
    let ada = db.store.agent("ada").await.expect("a read").expect("ada");
    assert_eq!((ada.disabled, ada.presence.as_str()), (true, "offline"));
    assert!(db.store.login("of ada").await.expect("a read").is_none());
    assert!(db.store.login("of bob").await.expect("a read").is_some());
}

async fn log_ins_come_and_go(db: Db) {
    db.store.add_agent(&agent("ada")).await.expect("an agent");
    assert!(db.store.add_login(&login("h", "nobody")).await.is_err(), "a log-in is somebody's");
    db.store.add_login(&login("h", "ada")).await.expect("a log-in");
    db.store.touch_login("h", at(7)).await.expect("seen");
    assert_eq!(
        db.store.login("h").await.expect("a read"),
        Some(LoginRow { seen: at(7), ..login("h", "ada") })
    );
    db.store.end_login("h").await.expect("ended");
    assert!(db.store.login("h").await.expect("a read").is_none());
}

async fn tokens_are_found_by_their_hash(db: Db) {
    let contact = ids::contact("web", "x");
    db.store.add_web_token("h", "address", contact, at(0)).await.expect("a token");
    assert_eq!(db.store.web_token("h").await.expect("a read"), Some(("address".to_owned(), contact)));
    assert_eq!(db.store.web_token("other").await.expect("a read"), None);
}

async fn free_agents_are_counted(db: Db) {
    let now = Timestamp::now();
    let free = |now: Timestamp| {
        let store = db.store.clone();
        async move {
            let (tell, told) = std::sync::mpsc::channel();
            let job = act(on(Channel::Web, "asks"), now, move |loaded, _| {
                // The receiver stands below.
                let _ = tell.send(loaded.agents_free);
            });
            store.turn(job).await.expect("a turn");
            told.recv().expect("a count")
        }
    };
    for name in ["ada", "bob", "eve"] {
        db.store.add_agent(&agent(name)).await.expect("an agent");
    }
    assert_eq!(free(now).await, 0);
    for (name, presence) in [("ada", "online"), ("bob", "online"), ("eve", "away")] {
        db.store.set_presence(name, presence).await.expect("presence");
    }
    assert_eq!(free(now).await, 2);
    db.store.disable_agent("bob").await.expect("disabled");
    assert_eq!(free(now).await, 1);
    assert_eq!(free(now + SignedDuration::from_secs(91)).await, 0, "whose page went silent is not there");
    // Five live conversations are enough for one; a sixth waits until one is over.
    for n in 0..5 {
        assert_eq!(free(now).await, 1);
        let address = format!("chat {n}");
        begun(&db.store, Channel::Web, &address).await;
        let claim = act(on(Channel::Web, &address), now, |_, decision| {
            if let Some(conversation) = &mut decision.conversation {
                conversation.owner = Owner::Agent("ada".to_owned());
            }
        });
        db.store.turn(claim).await.expect("claimed");
    }
    assert_eq!(free(now).await, 0);
}

async fn a_store_in_order_answers(db: Db) {
    db.store.ping().await.expect("an answer");
    assert!(db.store.trouble().is_none());
    db.store.close().await;
    assert!(db.store.ping().await.is_err());
}
