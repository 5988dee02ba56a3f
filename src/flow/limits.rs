//! What channels can carry: the numbers of Telegram, Discord and the phone that the check proves texts against (rules
//! 6 and 7) and that rendering cuts and splits by. Lengths are in characters unless said otherwise.

/// Telegram. Where nothing else is said: <https://core.telegram.org/bots/api>.
pub mod telegram {
    /// A message, in UTF-16 units after entities are parsed (`sendMessage`).
    pub const MESSAGE: usize = 4_096;
    /// Where a message is split, in UTF-16 units: room is left for what is added to a part.
    pub const SPLIT: usize = 4_000;
    /// The text beside a photo or document (`sendPhoto`).
    pub const CAPTION: usize = 1_024;
    /// What a button brings back, in bytes (`InlineKeyboardButton.callback_data`).
    pub const CALLBACK_DATA: usize = 64;
    /// Buttons under one message (measured: <https://limits.tginfo.me/en>).
    pub const BUTTONS: usize = 100;
    /// A command's name (`BotCommand`): `a`–`z`, `0`–`9` and `_`.
    pub const COMMAND: usize = 32;
    /// What stands beside a command (`BotCommand`).
    pub const COMMAND_DESCRIPTION: usize = 256;
    /// Commands of one bot (`setMyCommands`).
    pub const COMMANDS: usize = 100;
    /// The payload of a deep link (`t.me/bot?start=…`): <https://core.telegram.org/bots/features#deep-linking>.
    pub const START_PAYLOAD: usize = 64;
    /// Messages at once before they are spread. The rates (30 a second in all, one a second to a chat, 20 a minute to a
    /// group with all its topics) stand at <https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>,
    /// which allows short bursts without a number: these are ours.
    pub const BURST: u32 = 5;
    pub const CHAT_BURST: u32 = 3;
    pub const GROUP_BURST: u32 = 4;
    pub const GROUP_A_MINUTE: u32 = 20;
}

/// Discord.
pub mod discord {
    /// A message: <https://discord.com/developers/docs/resources/message#create-message>.
    pub const MESSAGE: usize = 2_000;
    /// A button's label, and below it rows and buttons a row:
    /// <https://discord.com/developers/docs/components/reference#button>.
    pub const BUTTON_LABEL: usize = 80;
    pub const BUTTONS_A_ROW: usize = 5;
    pub const ROWS: usize = 5;
    /// Buttons under one message.
    pub const BUTTONS: usize = ROWS * BUTTONS_A_ROW;
    /// What a button or menu brings back: <https://discord.com/developers/docs/components/reference#anatomy-of-a-component>.
    pub const CUSTOM_ID: usize = 100;
    /// Entries of a select menu, and the label, value and description of one:
    /// <https://discord.com/developers/docs/components/reference#string-select>.
    pub const SELECT_OPTIONS: usize = 25;
    pub const SELECT_LABEL: usize = 100;
    pub const SELECT_VALUE: usize = 100;
    pub const SELECT_DESCRIPTION: usize = 100;
    pub const SELECT_PLACEHOLDER: usize = 150;
    /// A form: <https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object-modal>.
    pub const MODAL_TITLE: usize = 45;
    pub const MODAL_INPUTS: usize = 5;
    /// What stands above a text input, and what may be typed in it:
    /// <https://discord.com/developers/docs/components/reference#text-input>.
    pub const INPUT_LABEL: usize = 45;
    pub const INPUT_PLACEHOLDER: usize = 100;
    pub const INPUT_LENGTH: usize = 4_000;
    /// A slash command's name and description, and how many an application may have:
    /// <https://discord.com/developers/docs/interactions/application-commands>.
    pub const COMMAND: usize = 32;
    pub const COMMAND_DESCRIPTION: usize = 100;
    pub const COMMANDS: usize = 100;
    /// The name of a thread: <https://discord.com/developers/docs/resources/channel#channel-object>.
    pub const THREAD_NAME: usize = 100;
}

/// The phone. Where no source stands, the number is a rule of the product: short menus and short prompts, because a
/// caller cannot look back.
pub mod voice {
    /// Words that are spoken in a minute.
    pub const WORDS_A_MINUTE: usize = 150;
    /// A prompt's length in seconds, options not counted.
    pub const PROMPT_SECONDS: usize = 20;
    /// The same in words.
    pub const PROMPT_WORDS: usize = WORDS_A_MINUTE * PROMPT_SECONDS / 60;
    /// Seconds until the first option is named.
    pub const FIRST_OPTION_SECONDS: usize = 8;
    /// Options of a menu that a caller keeps in mind.
    pub const OPTIONS: usize = 5;
    /// Options from which on a caller is lost.
    pub const MOST_OPTIONS: usize = 7;
    /// Menus one below the other.
    pub const DEPTH: usize = 3;
    /// An answer that is spoken in one piece.
    pub const ANSWER: usize = 600;
    /// Text of one `Say`; Twilio takes 3,000 to 5,000 by voice: <https://www.twilio.com/docs/voice/twiml/say>.
    pub const SAY: usize = 1_000;
    /// A document in bytes; Twilio takes 64 kB: <https://www.twilio.com/docs/voice/twiml>.
    pub const DOCUMENT: usize = 48 * 1_024;
}
