//! Answers in the web chat: whether they helped, why not, in short; and what the desk reads of it.

use serde_json::json;

use super::{begin, log_in, said_by, say, start};
use crate::support::browser::{Driver, Look, NARROW, WIDE};

const OPTION: &str = ".chat-options button";

#[tokio::test]
async fn why_an_answer_did_not_do_is_asked_by_buttons_and_told_to_the_desk() {
    let (server, driver) = (start(), Driver::start().await);
    let dark = Look { dark: true, ..NARROW };
    for (name, look) in [("wide", WIDE), ("dark-narrow", dark)] {
        let page = driver.browser(look).await;
        begin(&page, &server).await;
        page.press(OPTION, "Internet").await;
        page.shows(".chat", "Tell me what happens").await;
        say(&page, "my internet is slow").await;
        page.press(OPTION, "No").await;
        page.shows(".chat", "What was wrong with it?").await;
        page.shot(&format!("answer-reasons-{name}")).await;
        page.press(OPTION, "Too long").await;
        page.shows(".chat", "In short:").await;
        page.shot(&format!("answer-in-short-{name}")).await;
        let told = said_by(&page, "bot").await;
        assert!(told.iter().any(|text| text.starts_with("Test the speed with a cable")), "{told:?}");
        page.press(OPTION, "No").await;
        page.shows(".chat", "How does the Internet light").await;
        let too_wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        assert_eq!(page.run(too_wide, vec![]).await, json!(false), "{name}");
        log_in(&page, &server).await;
        page.click("[data-view=all]").await;
        page.click(".row").await;
        page.shows(".transcript", "What was wrong with slow-internet: Too long").await;
        page.shot(&format!("answer-reason-desk-{name}")).await;
        page.close().await;
    }
}
