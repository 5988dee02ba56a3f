//! Calls that do not run their course: somebody says nothing, somebody hangs up.

use serde_json::Value;

use super::{EN, at_the_menu, demo, grouped, tickets, well};
use crate::discord::desk::{Web, agents};

#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_in_a_promise_and_never_in_a_bare_end() {
    let Some((server, gateway)) = demo(&[]) else { return };
    let mut phone = at_the_menu(&gateway, "+14155550104");
    phone.presses("1");
    phone.hears("Tell me what happens, in a sentence or two.", EN);
    phone.hears("I need a few words to look for an answer.", EN);
    phone.hears("For example: the router blinks red since this morning.", EN);
    // Nobody is at the desk: a message, which the caller does not want to be recorded, then a ticket and a call back.
    phone.hears("We are not getting on, I am sorry.", EN);
    phone.hears("You can leave a message. May I record it?", EN);
    phone.presses("2");
    phone.hears("A colleague will call you back.", EN);
    phone.is_hung_up_on();
    gateway.settled(1).await;
    let tickets = tickets(&server);
    let [ticket] = tickets.as_slice() else { panic!("{tickets:#?}") };
    assert_eq!(phone.count(&grouped(ticket["code"].as_str().expect("a code")), EN), 2, "{ticket}");
    well(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_cut_off_goes_on_at_the_next() {
    let Some((server, gateway)) = demo(&[]) else { return };
    agents(&server);
    let mut phone = at_the_menu(&gateway, "+14155550105");
    phone.presses("1");
    phone.hears("Tell me what happens", EN);
    phone.hangs_up();
    gateway.settled(1).await;

    let web = Web::login(&server, "anna").await;
    let call = web.first("closed").await;
    assert_eq!(call["conversation"]["life"], "closed", "{call:#}");
    assert_eq!(call["conversation"]["external_id"].as_str(), gateway.calls().first().map(String::as_str));
    let slot = |name: &str| {
        let held = call["slots"].as_array().into_iter().flatten().find(|slot| slot["name"] == name);
        held.map_or(Value::Null, |slot| slot["value"].clone())
    };
    assert_eq!(slot("topic"), "network", "{call:#}");

    // The same number again is another call, which goes on where the first one stopped.
    let mut again = gateway.call("+14155550105");
    again.hears("We were cut off before, at: Support.", EN);
    again.presses("1");
    again.hears("Tell me what happens, in a sentence or two.", EN);
    again.hangs_up();
    gateway.settled(2).await;
    let calls = gateway.calls();
    assert!(calls.len() == 2 && calls[0] != calls[1], "{calls:?}");
    assert!(tickets(&server).is_empty());
    well(&server);
}
