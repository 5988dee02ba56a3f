// The log-in.

import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { html, Problem } from "./parts.js";

export function LogIn({ why, onDone }) {
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const name = useRef(null);
  useEffect(() => name.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    setBusy(true);
    setError(null);
    try {
      onDone(await api.logIn(given.get("name").trim(), given.get("password")));
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return html`<main class="login">
    <form class="login-card" onSubmit=${submit}>
      <span class="brand"><img src="/assets/icon.svg" alt="" />Vestibule</span>
      <h1>Agents’ desk</h1>
      ${why && html`<p class="login-why" role="status">${why}</p>`}
      <${Problem} error=${error} />
      <label>Name<input ref=${name} name="name" autocomplete="username" autocapitalize="none" spellcheck=${false} required /></label>
      <label>Password<input name="password" type="password" autocomplete="current-password" required /></label>
      <button class="button main" disabled=${busy}>${busy ? "Logging in…" : "Log in"}</button>
      <p class="login-help">No account yet? Whoever runs this desk makes one with <code>vestibule agent add</code>.</p>
    </form>
    <a href="/">To the front page</a>
  </main>`;
}
