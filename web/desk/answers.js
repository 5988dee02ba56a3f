// Answers: what is asked and not answered (gaps), the changes that are proposed for it, and what became of those who
// asked. Views are in the files beside.

import { render } from "../vendor/preact.js";
import { useEffect, useState } from "../vendor/hooks.js";
import { api, onLoggedOut } from "./api.js";
import { Figures } from "./figures.js";
import { Gaps } from "./gaps.js";
import { LogIn } from "./login.js";
import { Problem, html } from "./parts.js";
import { Refused } from "./refused.js";

function App() {
  const [me, setMe] = useState(undefined);
  const [error, setError] = useState(null);
  useEffect(() => {
    onLoggedOut(() => setMe(null));
    api.me().then(setMe, (failed) => (failed.status === 401 ? setMe(null) : setError(failed)));
  }, []);
  if (error) return html`<main class="login"><${Problem} error=${error} /></main>`;
  if (me === undefined) return html`<p class="loading">Loading…</p>`;
  if (!me) return html`<${LogIn} why="" onDone=${setMe} />`;
  return html`<${Frame} me=${me} />`;
}

function Frame({ me }) {
  const gaps = location.pathname.endsWith("/gaps");
  useEffect(() => {
    document.title = `${gaps ? "Gaps" : "Answers"} · Vestibule`;
  }, []);
  const tab = (to, name, here) => html`<a href=${to} aria-current=${here ? "page" : undefined}>${name}</a>`;
  return html`<div class="answers">
    <header class="top">
      <a class="brand" href="/desk" aria-label="Vestibule, agents’ desk"><img src="/assets/icon.svg" alt="" /><span>Vestibule</span></a>
      <nav class="sections" aria-label="Sections">${tab("/desk", "Conversations")}${tab("/desk#tickets", "Tickets")}${tab("/desk/flows", "Flows")}${tab("/desk/answers", "Answers", !gaps)}${tab("/desk/gaps", "Gaps", gaps)}</nav>
      <div class="who"><span class="name" title=${me.role}>${me.name}</span></div>
    </header>
    <${Refused} />
    ${gaps ? html`<${Gaps} me=${me} />` : html`<${Figures} />`}
  </div>`;
}

render(html`<${App} />`, document.getElementById("answers"));
