// Proposed changes to the files of answers: the difference, who did what, and approval.

import { useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { Badge, Empty, Problem, Time, html, plain } from "./parts.js";

const KIND = { open: "warn", applied: "good", refused: "quiet" };

export function Proposals({ told, me, onChanged }) {
  if (!told.proposals.length) return html`<${Empty} icon="inbox" title="No changes proposed">Choose a question on the left tab and make a phrasing or an article of it.<//>`;
  return html`<ul class="proposals">${told.proposals.map((one) => html`<li key=${one.id}><${One} one=${one} me=${me} may=${told.may_approve} onChanged=${onChanged} /></li>`)}</ul>`;
}

function One({ one, me, may, onChanged }) {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [note, setNote] = useState("");
  const act = (work) => async () => {
    setBusy(true);
    setError(null);
    try {
      await work();
      onChanged();
    } catch (failed) {
      setError(failed);
    }
    setBusy(false);
  };
  const open = one.state === "open";
  return html`<article class="proposal" data-state=${one.state}>
    <div class="proposal-head"><${Badge} kind=${KIND[one.state]}>${plain(one.state)}<//><h3>${one.kind === "article" ? "New article: " : "Phrasings for "}${one.title}</h3></div>
    <p class="meta"><code>${one.file}</code> · ${one.by} <${Time} at=${one.created} />${one.questions > 0 && ` · answers ${one.questions} ${one.questions === 1 ? "question" : "questions"}`}</p>
    <${Diff} text=${one.diff} />
    <${Problem} error=${error} />
    ${error?.code === "file_changed" && html`<button type="button" class="button" onClick=${act(() => api.renewProposal(one.id))}>Make it anew from the file as it is</button>`}
    ${open && html`<div class="acts">
      <a class="button" href=${`/api/answers/proposals/${one.id}/patch`} download>Download the patch</a>
      ${(may || one.by === me.name) && html`<label class="out" for=${`note-${one.id}`}>Why it is refused</label><input id=${`note-${one.id}`} class="note-field" placeholder="Why not (optional)" value=${note} onInput=${(event) => setNote(event.target.value)} maxlength="500" />
        <button type="button" class="button" disabled=${busy} onClick=${act(() => api.refuseProposal(one.id, note))}>${one.by === me.name && !may ? "Withdraw" : "Refuse"}</button>`}
      ${may && html`<button type="button" class="button main approve" disabled=${busy} onClick=${act(() => api.approve(one.id))}>${busy ? "Checking…" : "Approve and write the file"}</button>`}
    </div>${!may && html`<p class="hint-small">A lead or an admin approves it.</p>`}`}
    ${one.note && html`<p class="meta">“${one.note}”</p>`}
    <details><summary>What was done</summary><ol class="acts-done">${one.history.map((act) => html`<li><${Time} at=${act.at} /> ${act.by} ${act.what}${act.text && `: ${act.text}`}</li>`)}</ol></details>
  </article>`;
}

/** A unified difference with its lines marked; the marks are read out as text. */
function Diff({ text }) {
  const kind = (line) => (line.startsWith("+++") || line.startsWith("---") ? "file" : line.startsWith("@@") ? "place" : line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : "");
  return html`<pre class="diff" tabindex="0" aria-label="Difference"><code>${text.replace(/\n$/, "").split("\n").map((line) => html`<span class=${kind(line)}>${line || " "}</span>`)}</code></pre>`;
}
