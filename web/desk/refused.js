// A set of flows that was refused: what is wrong with it, for those who can mend it.

import { useEffect, useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { Time, html } from "./parts.js";

/** How often it is asked for, in milliseconds; a page that nobody sees asks nothing. */
const EVERY = 15_000;
/** Findings shown before "more". */
const FIRST = 3;

export function Refused() {
  const [refused, set] = useState(null);
  const [all, setAll] = useState(false);
  useEffect(() => {
    const read = () => document.hidden || api.playbook().then((told) => set(told.refused), () => {});
    read();
    const timer = setInterval(read, EVERY);
    document.addEventListener("visibilitychange", read);
    return () => (clearInterval(timer), document.removeEventListener("visibilitychange", read));
  }, []);
  // The region is there before its text, so that its coming is told.
  return html`<div class="refusal" role="status">${refused && html`<${Findings} refused=${refused} all=${all} onAll=${() => setAll(!all)} />`}</div>`;
}

function Findings({ refused, all, onAll }) {
  const { findings, errors, at } = refused;
  const shown = all ? findings : findings.slice(0, FIRST);
  const rest = errors - shown.length;
  return html`<p><strong>The changed flows were refused</strong> <${Time} at=${at} /><br />Everything goes on with the flows from before. ${errors === 1 ? "One error is" : `${errors} errors are`} to be mended:</p>
    <ul>${shown.map((one) => html`<li key=${`${one.file}:${one.line}:${one.column}:${one.code}`}><code>${one.file}:${one.line}</code> <span>${one.message}</span> <span class="code">${one.code}</span>${one.help && html`<span class="help"> ${one.help}</span>`}</li>`)}</ul>
    ${(all ? findings.length > FIRST : rest > 0) && html`<button type="button" class="link" aria-expanded=${String(all)} onClick=${onAll}>${all ? "Show fewer" : `Show ${rest} more`}</button>`}`;
}
