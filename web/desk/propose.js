// A change to the answers, made of a gap: phrasings for an article that is there, or a new article with a draft out of what
// agents wrote.

import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { Problem, html } from "./parts.js";

/** Phrasings that are chosen at first. */
const FIRST = 5;

export function Propose({ mode, gap, told, onCancel, onProposed }) {
  const [article, setArticle] = useState(mode.article || "");
  const [chosen, setChosen] = useState(() => new Set(gap.phrasings.slice(0, FIRST)));
  const [draft, setDraft] = useState({ title: gap.phrasings.find((text) => text === gap.wording) || gap.phrasings[0] || "", answer: "", file: bestFile(gap, told), fresh: "" });
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const first = useRef(null);
  useEffect(() => first.current?.focus(), []);
  useEffect(() => {
    if (!mode.draft) return;
    api.resolutions(gap.in_conversations).then(({ resolutions }) => {
      setFound(resolutions);
      if (resolutions.length) setDraft((draft) => (draft.answer ? draft : { ...draft, answer: resolutions[0].text }));
    }, () => setFound([]));
  }, []);
  const toggle = (text) => {
    const next = new Set(chosen);
    if (!next.delete(text)) next.add(text);
    setChosen(next);
  };
  const write = (key) => (event) => setDraft({ ...draft, [key]: event.target.value });
  const submit = async (event) => {
    event.preventDefault();
    const phrasings = gap.phrasings.filter((text) => chosen.has(text));
    const common = { locale: gap.locale, questions: gap.questions };
    const proposed = mode.draft
      ? { ...common, phrasings: [draft.title, ...phrasings.filter((text) => text !== draft.title)], answer: draft.answer, tags: gap.topics.slice(0, 1), file: draft.file || draft.fresh }
      : { ...common, article, phrasings };
    setBusy(true);
    setError(null);
    try {
      await api.propose(proposed);
      onProposed();
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  const choices = html`<fieldset class="choices"><legend>Phrasings</legend>${gap.phrasings.slice(0, 12).map((text) => html`<label class="check"><input type="checkbox" checked=${chosen.has(text)} onChange=${() => toggle(text)} />${text}</label>`)}</fieldset>`;
  return html`<form class="propose" onSubmit=${submit} aria-label=${mode.draft ? "A new article" : "More phrasings"}>
    ${mode.draft
      ? html`<label>Question<input ref=${first} id="draft-title" value=${draft.title} onInput=${write("title")} maxlength="300" required /></label>
        <label>Answer<textarea id="draft-answer" rows="6" value=${draft.answer} onInput=${write("answer")} maxlength="8000" required></textarea></label>
        <p class="hint-small">${found === null ? "Looking for what agents wrote…" : found.length ? `Drafted from what ${found[0].agent} wrote${found[0].solved ? " when the matter was solved" : ""}. Read it before you propose it.` : "No agent wrote an answer in these conversations."}</p>
        ${found?.length > 1 && html`<label>Drafts<select onChange=${(event) => setDraft({ ...draft, answer: found[event.target.value].text })}>${found.map((one, at) => html`<option value=${at}>${one.agent}: ${one.text.slice(0, 60)}</option>`)}</select></label>`}
        <label>File<select id="draft-file" value=${draft.file} onChange=${write("file")}>${told.files.map((name) => html`<option value=${name}>${name}</option>`)}<option value="">A new file…</option></select></label>
        ${!draft.file && html`<label>Name of the new file<input value=${draft.fresh} onInput=${write("fresh")} placeholder="payments" required /></label>`}`
      : html`<label>Answer that they belong to<input ref=${first} id="article" list="article-ids" value=${article} onInput=${(event) => setArticle(event.target.value)} required autocomplete="off" /></label>
        <datalist id="article-ids">${told.articles.map((one) => html`<option value=${one.id}>${one.title}</option>`)}</datalist>`}
    ${choices}
    <${Problem} error=${error} />
    <div class="acts"><button type="button" class="button" onClick=${onCancel}>Cancel</button><button class="button main" id="propose" disabled=${busy || (!mode.draft && chosen.size === 0)}>${busy ? "Proposing…" : "Propose the change"}</button></div>
    <p class="hint-small">Nothing is changed yet: a lead sees the difference and approves it.</p>
  </form>`;
}

/** The file with most articles of the gap's topic, else that of the nearest entry. */
function bestFile(gap, told) {
  const counts = new Map();
  for (const article of told.articles) {
    if (article.tags.some((tag) => gap.topics.includes(tag.toLowerCase()))) counts.set(article.file, (counts.get(article.file) || 0) + 1);
  }
  const best = [...counts].filter(([file]) => told.files.includes(file)).sort((a, b) => b[1] - a[1])[0]?.[0];
  const near = told.articles.find((article) => article.id === gap.nearest[0]?.article)?.file;
  return best || (told.files.includes(near) ? near : told.files[0]) || "";
}
