// The chat as people see it: bubbles, buttons, a field to write in, and its state in words. Works in a page and in the
// widget's shadow root alike.

import { Chat } from "./client.js";
import { nodes, safeLink } from "./text.js";
import { nameOf, pick, WORDS, wordsOf } from "./words.js";

const MAX = 4_000;

function make(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * Builds a chat into `into`. base: the server's address. locale: the language to begin in, else the browser's.
 * locales: the languages offered. onClose: shows a close button. onFresh: called with the count of messages that came.
 * onLocale: called when the reader changes the language of the page.
 */
export class ChatView {
  constructor(into, { base, locale, locales, flow, context, key, onClose, onFresh, onLocale }) {
    this.locales = locales?.length ? locales : Object.keys(WORDS);
    this.locale = pick([locale, ...(navigator.languages || [navigator.language])].filter(Boolean), this.locales);
    this.onFresh = onFresh;
    this.onLocale = onLocale;
    this.onClose = onClose;
    this.waiting = new Map();
    this.wrote = false;
    this.thinking = false;
    this.#build(into);
    this.chat = new Chat({ base, key, flow, context, locale: this.locale, tell: this.#ears() });
    this.#say();
  }

  start() {
    return this.chat.start();
  }

  focus() {
    this.field.focus();
  }

  get words() {
    return wordsOf(this.locale);
  }

  /** Changes the language of what the page itself says, and of the chat while the reader has said nothing in it. */
  speak(locale) {
    if (locale === this.locale) return;
    this.locale = locale;
    this.#say();
    this.onLocale?.(locale);
    if (!this.wrote) return this.#restart();
    this.#notice(this.words.languageNew, this.words.languageStart, () => this.#restart());
  }

  // --- the parts

  #build(into) {
    this.status = make("p", { class: "chat-status", role: "status" });
    this.heading = make("h2", { class: "chat-title" });
    this.again = make("button", { type: "button", class: "chat-tool", onclick: () => this.#askAgain() });
    this.again.append(icon("M4 12a8 8 0 1 0 2.6-5.9M4 4v4.4h4.4"));
    this.pickers = this.locales.length > 1 ? this.#languages() : null;
    const close = this.onClose && make("button", { type: "button", class: "chat-tool", onclick: () => this.onClose() });
    close?.append(icon("M6 6l12 12M18 6L6 18"));
    this.closer = close;
    const mark = make("span", { class: "chat-mark", "aria-hidden": "true" });
    const titles = make("div", { class: "chat-titles" }, this.heading, this.status);
    const head = make("header", { class: "chat-head" }, mark, titles, this.pickers, this.again, close);
    this.log = make("div", { class: "chat-log", role: "log", tabindex: "0", "aria-live": "polite" });
    this.notices = make("div", { class: "chat-notices", role: "status" });
    this.typing = make("div", { class: "chat-typing", hidden: true }, make("i"), make("i"), make("i"));
    this.log.append(this.typing);
    this.root = make("section", { class: "chat" }, head, this.log, this.notices, this.#composer());
    into.append(this.root);
  }

  #languages() {
    const group = make("div", { class: "chat-langs", role: "group" });
    for (const tag of this.locales) {
      const props = { type: "button", lang: tag, "aria-label": `${tag.toUpperCase()}, ${nameOf(tag)}`, onclick: () => this.speak(tag) };
      group.append(make("button", props, tag.toUpperCase()));
    }
    return group;
  }

  #composer() {
    const id = `chat-field-${Math.random().toString(36).slice(2, 8)}`;
    this.label = make("label", { class: "chat-label", for: id });
    this.field = make("textarea", { id, rows: "1", enterkeyhint: "send", autocomplete: "off" });
    this.button = make("button", { type: "submit", class: "chat-send" }, icon("M4 12l16-8-6 16-2.5-6.5z"));
    this.counter = make("p", { class: "chat-count", role: "status" });
    this.field.addEventListener("input", () => this.#grow());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    const line = make("div", { class: "chat-line" }, this.field, this.button);
    const submit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    return make("form", { class: "chat-form", onsubmit: submit }, this.label, line, this.counter);
  }

  /** Puts all words in the language of the moment. */
  #say() {
    const words = this.words;
    this.root.lang = this.locale;
    this.root.setAttribute("aria-label", words.title);
    this.heading.textContent = words.title;
    this.log.setAttribute("aria-label", words.log);
    this.label.textContent = words.write;
    this.field.placeholder = words.write;
    name(this.button, words.send);
    name(this.again, words.again);
    if (this.closer) name(this.closer, words.close);
    this.typing.setAttribute("aria-label", words.typing);
    this.pickers?.setAttribute("aria-label", words.language);
    for (const button of this.pickers?.children || []) {
      button.setAttribute("aria-pressed", String(button.lang === this.locale));
    }
    this.#state(this.state || "connecting");
  }

  #state(state) {
    this.state = state;
    this.status.dataset.state = state;
    this.status.textContent = state === "online" ? this.words.hello : this.words[state];
    this.#think();
  }

  // --- what the line tells

  #ears() {
    return {
      state: (state) => this.#state(state),
      messages: (list) => this.#show(list),
      sent: (id) => this.#sent(id),
      refused: (id, error) => this.#refused(id, error),
      notice: (word) => this.#notice(this.words[word]),
    };
  }

  #show(list) {
    const near = this.#atEnd();
    for (const message of list) {
      if (message.from === "contact") this.#own(message);
      else this.#bubble(message);
    }
    const heard = list.filter((message) => message.from !== "contact").length;
    if (heard) this.#think(false);
    if (near) this.#toEnd();
    if (heard) this.onFresh?.(heard);
  }

  /** What the reader wrote comes back with its number: the bubble is here already, unless the page was loaded anew. */
  #own(message) {
    this.wrote = true;
    this.#dropOptions();
    const [id] = this.waiting.keys();
    if (id === undefined) return this.#put(this.#shape("you", message.text));
    this.#sent(id);
  }

  #bubble(message) {
    this.#dropOptions();
    const shape = this.#shape(message.from, message.text, message);
    if (message.locale) shape.lang = message.locale;
    if (message.options.length) {
      this.options = make("div", { class: "chat-options", role: "group", "aria-label": this.words.options });
      if (message.options.every((option) => option.label.length <= 3)) this.options.classList.add("chat-scale");
      for (const option of message.options) this.options.append(this.#option(message, option));
      shape.append(this.options);
    }
    this.#put(shape);
  }

  #option(message, option) {
    const press = () => {
      this.#write(option.label, {
        choice: option.value,
        turn: message.turn,
        conversation: message.conversation,
        revision: message.revision,
      });
      this.field.focus({ preventScroll: true });
    };
    return make("button", { type: "button", onclick: press }, option.label);
  }

  #shape(from, text, { kind, image, link } = {}) {
    const words = this.words;
    const who = { you: words.you, bot: words.bot, agent: words.agent }[from];
    const body = make("div", { class: "chat-body" }, ...nodes(text));
    const picture = image && safeLink(image);
    if (picture) {
      const more = { src: picture, alt: words.image, loading: "lazy", referrerpolicy: "no-referrer" };
      body.append(make("img", more));
    }
    const further = link && safeLink(link);
    if (further) {
      const props = { href: further, target: "_blank", rel: "noopener noreferrer nofollow", class: "chat-more" };
      body.append(make("a", props, words.more));
    }
    const shape = make("div", { class: `chat-message chat-${from}` });
    if (kind) shape.dataset.kind = kind;
    if (who) shape.append(make("span", { class: "chat-who" }, kind === "answer" ? words.answer : who));
    shape.append(body);
    return shape;
  }

  #put(shape) {
    const before = this.typing.previousElementSibling;
    const same = before?.classList.contains("chat-message") && before.className === shape.className;
    if (same && shape.dataset.kind !== "answer" && before.dataset.kind !== "answer") shape.classList.add("chat-same");
    this.typing.before(shape);
    return shape;
  }

  // --- what the reader does

  #submit() {
    const text = this.field.value.trim();
    if (!text || [...text].length > MAX) return this.field.focus();
    this.field.value = "";
    this.#grow();
    this.#write(text, { text });
  }

  #write(shown, saying) {
    this.wrote = true;
    this.notices.replaceChildren();
    this.#dropOptions();
    const shape = this.#shape("you", shown);
    shape.classList.add("chat-pending");
    this.#put(shape);
    this.waiting.set(this.chat.send(saying), shape);
    this.#think(true);
    this.#toEnd();
  }

  #sent(id) {
    this.waiting.get(id)?.classList.remove("chat-pending");
    this.waiting.delete(id);
    if (!this.waiting.size) this.#think(false);
  }

  #refused(id, error) {
    const shape = this.waiting.get(id);
    this.waiting.delete(id);
    this.#think(false);
    if (!shape) return;
    shape.classList.remove("chat-pending");
    shape.classList.add("chat-failed");
    shape.append(make("span", { class: "chat-why", role: "alert" }, this.locale.startsWith("en") ? `${this.words.failed} ${error.message}` : this.words.failed));
  }

  #askAgain() {
    if (!this.wrote) return this.#restart();
    this.#notice(this.words.againSure, this.words.yes, () => this.#restart(), this.words.no);
  }

  #restart() {
    this.notices.replaceChildren();
    this.log.replaceChildren(this.typing);
    this.waiting.clear();
    this.wrote = false;
    this.#think(false);
    this.chat.restart(this.locale);
    this.field.focus();
  }

  #notice(text, yes, act, no) {
    const buttons = [];
    if (yes) buttons.push(make("button", { type: "button", class: "chat-act", onclick: act }, yes));
    if (no) {
      const stay = () => {
        this.notices.replaceChildren();
        this.again.focus();
      };
      buttons.push(make("button", { type: "button", onclick: stay }, no));
    }
    this.notices.replaceChildren(make("p", {}, text), ...buttons);
    buttons[0]?.focus();
    if (!yes) setTimeout(() => this.notices.firstChild?.textContent === text && this.notices.replaceChildren(), 6_000);
  }

  // --- small things

  #dropOptions() {
    this.options?.remove();
    this.options = null;
  }

  /** Dots while an answer is awaited, which without a connection it is not. */
  #think(on = this.thinking) {
    this.thinking = on;
    this.typing.hidden = !on || this.state !== "online";
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 160)}px`;
    const left = MAX - [...this.field.value].length;
    this.counter.textContent = left > 200 ? "" : left < 0 ? this.words.long(-left) : this.words.left(left);
    this.counter.classList.toggle("chat-over", left < 0);
  }

  #atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

function name(button, words) {
  button.setAttribute("aria-label", words);
  button.title = words;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
