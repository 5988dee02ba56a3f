// What was said and what happened, as it is read at the desk.

import { useLayoutEffect, useRef } from "../vendor/hooks.js";
import { Text, Time, channelName, grouped, html, plain } from "./parts.js";

const WHO = { contact: "Contact", bot: "Bot", agent: "Agent" };

/** Turning points in words; those without are left out. */
const POINTS = {
  started: (entry) => `Began with the flow “${entry.text}”`,
  slot: (entry) => `Noted ${entry.text}`,
  claimed: (entry) => `${entry.name} took over`,
  queued: (entry) => `Waits in the queue “${entry.text}”`,
  handed_back: (entry) => (entry.name ? `${entry.name} handed back to the bot` : "The bot goes on"),
  offered: (entry) => `Answer offered: ${entry.text}`,
  confirmed: (entry) => `Solved by the answer ${entry.text}`,
  refused: (entry) => `The answer ${entry.text} did not help`,
  reason: (entry) => `What was wrong with ${entry.text}: ${plain(entry.name)}`,
  sent: (entry) => `A copy of ${entry.text} goes to the chat`,
  nothing_found: () => "No answer fitted",
  ticket: (entry) => `Ticket ${grouped(entry.text)} opened`,
  added: (entry) => `Added to ticket ${grouped(entry.text)}`,
  status: (entry) => `Told the state of ${entry.text}`,
  nobody_came: () => "Nobody was free in time",
  transfer: (entry) => `Put through to ${entry.text}`,
  transfer_ended: (entry) => ({ completed: "They talked", busy: "The line was busy", no_answer: "Nobody answered there" })[entry.text] ?? "The call could not be put through",
  voicemail: (entry) => `A message of ${entry.text} s was recorded`,
  transcribed: (entry) => `The message in words: ${entry.text}`,
  callback: (entry) => `Asked to be called back at ${entry.text}`,
  calling: (entry) => `Calling back: ${entry.text}`,
  call_answered: () => "The call back was answered",
  call_ended: (entry) => `The call back ended: ${plain(entry.text)}`,
  text_message: (entry) => `A text message goes to ${entry.text}`,
  resume_declined: () => "Did not want to go on where an earlier call was cut off",
  call_resumed: () => "Goes on where an earlier call was cut off",
  survey: (entry) => `Survey: ${entry.text}`,
  language: (entry) => `Language changed to ${entry.text}`,
  parked: () => "Parked: the contact has gone quiet",
  resumed: () => "Resumed",
  linked: (entry) => `Linked with ${channelName(entry.text)}`,
  link_refused: () => "A code to link by did not work",
  unlinked: (entry) => (entry.name && entry.name !== "contact" ? `${entry.name} parted this channel from the others` : "Parted from the other channels"),
  moved_here: (entry) => `Goes on here; it began on ${channelName(entry.text)}`,
  moved_away: (entry) => `Goes on elsewhere: ${channelName(entry.text)}`,
  left: () => "The contact left",
  closed: (entry) => `Closed: ${plain(entry.text)}`,
  failed: (entry) => `Three failures at “${entry.text}”`,
  carried_over: () => "Goes on in the changed flows",
  stranded: (entry) => `The flows changed, and where it stood is gone (${entry.text})`,
  edited: (entry) => `Changed a message: ${entry.text}`,
  deleted: (entry) => `Took a message back: ${entry.text}`,
  reacted: (entry) => `Reacted: ${entry.text}`,
  maybe_delivered: () => "The message above may not have arrived",
  superseded: () => "A message of the bot was not sent, since a person had taken over",
  undelivered: (entry) => `Not delivered (message ${entry.text})`,
  unreachable: (entry) => `Cannot be reached any more: ${entry.text}`,
  reachable: () => "Can be reached again",
  fault: () => "Something went wrong on our side here",
};

export function Transcript({ entries, label = "Transcript" }) {
  const box = useRef(null);
  const near = useRef(true);
  useLayoutEffect(() => {
    if (near.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [entries]);
  const onScroll = ({ target }) => (near.current = target.scrollHeight - target.scrollTop - target.clientHeight < 80);
  return html`<div class="transcript" role="log" aria-label=${label} tabindex="0" ref=${box} onScroll=${onScroll}>
    ${entries.map((entry, at) => html`<${Entry} key=${entry.id} entry=${entry} before=${entries[at - 1]} />`)}
  </div>`;
}

function Entry({ entry, before }) {
  if (entry.kind === "note") {
    return html`<div class="note"><span class="by">${entry.name} · note for colleagues · <${Time} at=${entry.at} /></span><${Text} text=${entry.text} /></div>`;
  }
  if (entry.kind !== "message") {
    const words = POINTS[entry.kind]?.(entry);
    return words ? html`<p class=${`point point-${entry.kind}`}><span>${words}</span> <${Time} at=${entry.at} /></p>` : null;
  }
  const same = before?.kind === "message" && before.who === entry.who && before.name === entry.name;
  return html`<div class=${`said said-${entry.who} ${same ? "same" : ""}`} data-prompt=${entry.prompt}>
    <span class="by">${entry.name || WHO[entry.who]} · <${Time} at=${entry.at} /></span>
    <div class="bubble"><${Text} text=${entry.text} /></div>
    ${entry.options?.length > 0 && html`<p class="shown"><span class="out">Buttons: </span>${entry.options.map((option) => html`<span key=${option.value}>${option.label}</span>`)}</p>`}
  </div>`;
}
