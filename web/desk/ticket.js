// One ticket: what it says, what was answered and refused before, and how it went on.

import { Badge, Icon, Priority, Problem, Text, Time, channelName, grouped, html, plain } from "./parts.js";
import { Offered, Slots } from "./conversation.js";
import { Transcript } from "./transcript.js";

export function Ticket({ detail, error, onRetry, onConversation, onBack }) {
  if (error) return html`<section class="main-pane"><${Problem} error=${error} onRetry=${onRetry} /></section>`;
  if (!detail) return html`<section class="main-pane"><p class="loading">Loading…</p></section>`;
  const { ticket, transcript } = detail;
  const fields = Object.entries(ticket.fields).map(([name, value]) => ({ name, value }));
  return html`<section class="main-pane" aria-label=${`Ticket ${ticket.code}`}>
    <header class="pane-head">
      <button type="button" class="button only-narrow" onClick=${onBack} aria-label="Back to the list"><${Icon} of="back" /></button>
      <div class="pane-title"><h2 class="code">${grouped(ticket.code)}</h2>
        <p><${Priority} of=${ticket.priority} /> <${Badge}>${plain(ticket.state)}<//> ${ticket.unreached && html`<${Badge} kind="warn">Nobody was reached<//>`}</p></div>
      <div class="acts"><button type="button" class="button" onClick=${() => onConversation(ticket.conversation)}>Open the conversation</button></div>
    </header>
    <div class="pane-body">
      <div class="ticket">
        <h3 class="subject">${ticket.subject}</h3>
        <div class="ticket-text"><${Text} text=${ticket.body} /></div>
        ${ticket.without_faq && html`<p class="hint">Opened without asking the FAQ first: ${ticket.without_faq}</p>`}
        <h3>Answers that did not settle it</h3><${Offered} answers=${ticket.answers} />
        <h3>History</h3>
        <ol class="history">${ticket.history.map((change, at) => html`<li key=${at}><span>${plain(change.what)} by ${change.by}</span> <${Time} at=${change.at} />${change.text && html`<small>${change.text}</small>`}</li>`)}</ol>
        <details><summary>What was said before and since</summary><${Transcript} entries=${transcript} /></details>
      </div>
      <aside class="facts open" aria-label="Details">
        <h3>Ticket</h3>
        <dl class="slots">
          <div><dt>Category</dt><dd>${plain(ticket.category)}</dd></div>
          <div><dt>Type</dt><dd>${plain(ticket.type)}</dd></div>
          <div><dt>Priority</dt><dd>${plain(ticket.priority)} <small>(urgency ${ticket.urgency}, impact ${ticket.impact})</small></dd></div>
          <div><dt>Queue</dt><dd>${plain(ticket.queue)}</dd></div>
          <div><dt>Agent</dt><dd>${ticket.agent || "Nobody yet"}</dd></div>
          <div><dt>Opened</dt><dd><${Time} at=${ticket.created} /></dd></div>
          <div><dt>Channel</dt><dd>${channelName(ticket.channel)} · ${ticket.locale}</dd></div>
          <div><dt>Flow</dt><dd>${ticket.flow}</dd></div>
        </dl>
        ${fields.length > 0 && html`<h3>Fields</h3><${Slots} slots=${fields} />`}
        <h3>What the contact told us</h3><${Slots} slots=${ticket.slots} />
      </aside>
    </div>
  </section>`;
}
