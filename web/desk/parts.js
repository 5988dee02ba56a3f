// Small pieces that the desk's views are made of.

import { h } from "../vendor/preact.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import htm from "../vendor/htm.js";
import { blocks, pieces } from "../chat/text.js";

export const html = htm.bind(h);

const ICONS = {
  web: "M4 5h16v11H10l-4 3.5V16H4z",
  twilio: "M5 4h4l1.5 5-2.3 1.6a12 12 0 0 0 5.2 5.2L15 13.5l5 1.5v4a1.5 1.5 0 0 1-1.6 1.5A16 16 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z",
  terminal: "M4 5h16v14H4zM7.5 9l3 3-3 3M12.5 15H16",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  ticket: "M4 7h16v3.2a1.8 1.8 0 0 0 0 3.6V17H4v-3.2a1.8 1.8 0 0 0 0-3.6zM14.5 7v10",
  info: "M12 11v6M12 7.5v.2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4",
  mute: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4M3 3l18 18",
  inbox: "M4 13l2.5-8h11L20 13v6H4zM4 13h4.5l1.5 2.5h4l1.5-2.5H20",
};
for (const call of ["phone", "signalwire", "telnyx", "jambonz"]) ICONS[call] = ICONS.twilio;
ICONS.terminal_voice = ICONS.terminal;

export function Icon({ of, label }) {
  return html`<svg class="icon" viewBox="0 0 24 24" role=${label ? "img" : undefined} aria-label=${label} aria-hidden=${label ? undefined : "true"}>
    <path d=${ICONS[of] || ICONS.info} />
  </svg>`;
}

const CHANNELS = { web: "Web chat", twilio: "Phone call", signalwire: "Phone call", telnyx: "Phone call", jambonz: "Phone call", phone: "Phone in the browser", terminal: "Terminal", terminal_voice: "Terminal, spoken" };
export const channelName = (word) => CHANNELS[word] || word;

/** Words of the API as people write them: `service_request` is "Service request". */
export function plain(word) {
  const spaced = String(word || "").replaceAll("_", " ").replaceAll("-", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Whether a conversation is a call. */
export const isCall = (row) => ["twilio", "signalwire", "telnyx", "jambonz", "phone", "terminal_voice"].includes(row.channel);

/** A contact without a name is told apart by the beginning of the chat's own id. */
export function contactName(row) {
  if (row.contact_name) return row.contact_name;
  return `${isCall(row) ? "Caller" : "Visitor"} ${row.external_id.replace(/[^0-9A-Za-z]/g, "").slice(-4)}`;
}

/** A code as it is easiest to read out. */
export const grouped = (code) => code.replace(/(\d{3})(?=\d)/g, "$1 ");

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Today the time, else the day; the whole in the title. */
export function Time({ at }) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return html`<time datetime=${at} title=${FULL.format(date)}>${(today ? CLOCK : DAY).format(date)}</time>`;
}

export function Badge({ kind, children }) {
  return html`<span class=${`badge ${kind || ""}`}>${children}</span>`;
}

export function Owner({ row, me }) {
  if (row.life === "closed") return html`<${Badge}>${row.outcome ? plain(row.outcome) : "Closed"}<//>`;
  if (row.owner === "queue") return html`<${Badge} kind="warn">Waiting · ${plain(row.owner_name)}<//>`;
  if (row.owner === "agent") return html`<${Badge} kind="human">${row.owner_name === me ? "You" : row.owner_name}<//>`;
  return html`<${Badge} kind="bot">${row.life === "parked" ? "Bot · parked" : "Bot"}<//>`;
}

const PRIORITY = { urgent: "bad", high: "warn", normal: "", low: "quiet" };
export const Priority = ({ of }) => html`<${Badge} kind=${PRIORITY[of] || ""}>${plain(of)}<//>`;

/** A text with its little markup; see chat/text.js. */
export function Text({ text }) {
  const piece = ({ text, as, href }) => {
    if (as === "bold") return html`<strong>${text}</strong>`;
    if (as === "code") return html`<code>${text}</code>`;
    if (as === "link") return html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${text}</a>`;
    return text;
  };
  return blocks(text).map(({ list, lines }) => {
    if (list) return h(list, {}, lines.map((line) => html`<li>${pieces(line).map(piece)}</li>`));
    return html`<p>${lines.map((line, at) => [at > 0 && html`<br />`, pieces(line).map(piece)])}</p>`;
  });
}

export function Empty({ icon, title, children }) {
  return html`<div class="empty"><${Icon} of=${icon} /><h3>${title}</h3><p>${children}</p></div>`;
}

export function Problem({ error, onRetry }) {
  if (!error) return null;
  return html`<div class="problem" role="alert"><p>${error.message}</p>
    ${onRetry && html`<button type="button" class="button" onClick=${onRetry}>Try again</button>`}</div>`;
}

/** Keeps a value for the tab, for drafts and choices. */
export function useKept(key, first, store = sessionStorage) {
  const read = () => {
    try {
      return JSON.parse(store.getItem(key)) ?? first;
    } catch {
      return first;
    }
  };
  const [value, set] = useState(read);
  const now = useRef(key);
  useEffect(() => {
    if (now.current === key) return;
    now.current = key;
    set(read());
  }, [key]);
  const keep = (next) => {
    set(next);
    try {
      store.setItem(key, JSON.stringify(next));
    } catch {
      // Without storage it lives as long as the page.
    }
  };
  return [value, keep];
}
