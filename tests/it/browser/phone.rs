//! The keypad in the browser: a call that is put through, and a message.

use crate::ivr::people::TRANSFER;
use crate::support::browser::Driver;

use super::{NARROW, WIDE, start_with};

#[tokio::test]
async fn a_transfer_and_a_message_are_tried_at_the_keypad() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("support.yaml"), TRANSFER).expect("written");
    let flows = folder.path().display().to_string();
    let server = start_with(&[("VESTIBULE_FLOWS", &flows), ("VESTIBULE_LOCALES", "en")]);
    let driver = Driver::start().await;
    for (name, look) in [("wide", WIDE), ("narrow", NARROW)] {
        let page = driver.browser(look).await;
        page.open(&format!("{}/phone", server.url())).await;
        page.find("#keys button").await;
        page.click("#call").await;
        page.shows("#options", "A fault").await;
        page.click("[data-key='1']").await;
        page.shows("#hint", "The call is put through to +390212345678. How does that end?").await;
        page.shows("#options", "No answer").await;
        page.shot(&format!("phone-transfer-{name}")).await;
        page.press("#options button", "Busy").await;
        page.shows("#prompt", "They are talking to somebody.").await;
        page.shows("#prompt", "May I record it?").await;
        page.click("[data-key='1']").await;
        page.shows("#hint", "After the tone: say your message").await;
        page.shot(&format!("phone-message-{name}")).await;
        page.write("#words", "please call me about the fault").await;
        page.click("#say").await;
        page.shows("#log", "I have your message.").await;
        page.shows("#log", "Your ticket is").await;
        let complaints = page.complaints().await;
        assert!(complaints.is_empty(), "{complaints:?}");
        page.close().await;
    }
}
