//! Calls that run their course.

use super::{EN, IT, at_the_menu, demo, grouped, tickets, well};
use crate::discord::desk::{Web, agents};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_settles_a_call() {
    let problem = "my internet is slow";
    let Some((server, gateway)) = demo(&[("en", problem)]) else { return };
    agents(&server);
    let mut phone = at_the_menu(&gateway, "+14155550101");
    // Whoever knows the menu does not hear it out.
    phone.presses("1");
    phone.hears("Tell me what happens, in a sentence or two.", EN);
    phone.says(problem, EN);
    phone.hears("Test the speed with a cable between computer and router.", EN);
    phone.hears("Did that settle it?", EN);
    phone.presses("1");
    phone.hears("I am glad that it helped.", EN);
    phone.hears("How satisfied are you?", EN);
    phone.presses("5");
    phone.hears("Thank you.", EN);
    phone.is_hung_up_on();
    gateway.settled(1).await;

    let web = Web::login(&server, "anna").await;
    let call = web.first("closed").await;
    let told = &call["conversation"];
    assert_eq!((told["channel"].as_str(), told["outcome"].as_str()), (Some("twilio"), Some("deflected")));
    assert_eq!(told["external_id"].as_str(), gateway.calls().first().map(String::as_str));
    assert!(tickets(&server).is_empty());
    well(&server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_read_out_twice() {
    let problem = "la stampante dei badge mangia le tessere";
    let place = "il portale del personale";
    let Some((server, gateway)) = demo(&[("it", problem), ("it", place)]) else { return };
    let mut phone = gateway.call("+390551234567");
    phone.hears("Per l'italiano, premi 2.", IT);
    phone.presses("2");
    phone.hears("Di che cosa si tratta?", IT);
    phone.presses("3");
    phone.hears("Raccontami che cosa succede, in una o due frasi.", IT);
    phone.says(problem, IT);
    phone.hears("Dove stavi accedendo", IT);
    phone.says(place, IT);
    phone.hears("Ti blocca del tutto?", IT);
    phone.presses("2");
    phone.hears("Hai sottomano il tuo numero cliente di otto cifre?", IT);
    phone.presses("2");
    phone.hears("Puoi chiedermi a che punto è quando vuoi.", IT);
    phone.is_hung_up_on();
    gateway.settled(1).await;

    let tickets = tickets(&server);
    let [ticket] = tickets.as_slice() else { panic!("{tickets:#?}") };
    assert_eq!(ticket["category"], "access", "{ticket}");
    assert!(ticket["subject"].as_str().is_some_and(|subject| subject == problem), "{ticket}");
    let code = ticket["code"].as_str().expect("a code");
    assert_eq!(phone.count(&grouped(code), IT), 2, "{code}");
    // Another code is not heard, so that the count tells something.
    let other: String = code.chars().rev().collect();
    assert_eq!(phone.count(&grouped(&other), IT), u64::from(other == code) * 2, "{other}");
    well(&server);
}
