// The chosen step: its lines in the file, what was found, and how each platform shows it.

import { useEffect, useState } from "../vendor/hooks.js";
import { api } from "./api.js";
import { Empty, Problem, Text, html, useKept } from "./parts.js";

const PLATFORMS = [["discord", "Discord"], ["telegram", "Telegram"], ["web", "Web"], ["phone", "Phone"]];

export function StepPane({ flow, step, locale }) {
  const [platform, setPlatform] = useKept("platform", "web");
  const [told, set] = useState(null);
  const [error, setError] = useState(null);
  const node = flow.model.nodes.find((one) => one.id === step);
  const real = node && !node.id.startsWith("[");
  useEffect(() => {
    let stale = false;
    set(null);
    setError(null);
    if (real) api.preview(flow.name, step, locale).then((shown) => stale || set(shown), (failed) => stale || setError(failed));
    return () => (stale = true);
  }, [flow.name, flow.revision, step, locale, real]);
  if (!node) return html`<${Empty} icon="info" title="Choose a step">Click a box of the picture, or reach it with the tab key and press Enter.<//>`;
  const source = flow.source.find((one) => one.step === step);
  return html`<div class="step-pane">
    <h2>${real && !node.id.startsWith("#") ? node.id : node.text}</h2>
    <p class="soft">${node.kind}${node.waits ? ", waits for the contact" : ""}${source ? `, line ${source.line} of ${flow.file}` : ""}</p>
    ${node.proof && html`<p class="good">${node.proof}</p>`}
    ${node.findings.map((mark) => html`<p class=${mark.error ? "bad" : "warned"}><strong>${mark.code}</strong> ${mark.message}</p>`)}
    ${node.entered != null && html`<p class="soft">${node.entered} came here${node.left ? `, ${node.left} left here` : ""}</p>`}
    ${source && html`<h3>In the file</h3><pre class="source" tabindex="0"><code>${source.text.split("\n").map((line, at) => html`<span class="source-line"><span class="number" aria-hidden="true">${source.line + at}</span>${line || " "}</span>`)}</code></pre>`}
    ${real && html`<h3>As it looks</h3>
      <div class="tabs small-tabs" role="tablist" aria-label="Platform">${PLATFORMS.map(([id, label]) => html`<button type="button" role="tab" data-platform=${id} aria-selected=${String(id === platform)} onClick=${() => setPlatform(id)}>${label}</button>`)}</div>
      <${Problem} error=${error} />
      <div class="preview-frame">${told ? html`<${Shown} told=${told} platform=${platform} />` : !error && html`<p class="loading">Loading…</p>`}</div>`}
  </div>`;
}

/** What one platform shows of a preview. */
export function Shown({ told, platform, onPress, live }) {
  const messages = told[platform];
  if (!messages.length) return html`<p class="soft">This step says nothing by itself.</p>`;
  const one = { discord: Discord, telegram: Telegram, web: Web, phone: Phone }[platform];
  return html`<div class=${`shown shown-${platform}`} data-shown=${platform}>${messages.map((message) => html`<${one} message=${message} onPress=${onPress} live=${live} />`)}</div>`;
}

const Press = ({ label, value, href, onPress, live, class: name }) =>
  href ? html`<a class=${name} href=${href} target="_blank" rel="noopener noreferrer nofollow">${label} ↗</a>`
    : html`<button type="button" class=${name} disabled=${!live} onClick=${() => onPress?.(value)}>${label}</button>`;

/** Discord's Markdown with its escapes, as nodes. */
function markdown(text) {
  const parts = [];
  const mark = /\\(.)|\*\*((?:\\.|[^*\\])+)\*\*|`([^`]+)`|\[((?:\\.|[^\]\\])+)\]\(<([^>]+)>\)|<(https?:[^>]+)>/gs;
  const bare = (part) => part.replace(/\\(.)/gs, "$1");
  let at = 0;
  for (const found of text.matchAll(mark)) {
    parts.push(text.slice(at, found.index));
    if (found[1]) parts.push(found[1]);
    else if (found[2]) parts.push(html`<strong>${bare(found[2])}</strong>`);
    else if (found[3]) parts.push(html`<code>${found[3]}</code>`);
    else if (found[4]) parts.push(html`<span class="as-link">${bare(found[4])}</span>`);
    else parts.push(html`<span class="as-link">${found[6]}</span>`);
    at = found.index + found[0].length;
  }
  return [...parts, text.slice(at)];
}

/** The value that a button of ours carries. */
const carried = (data) => data?.replace(/^[^=]*=/, "");

function Discord({ message, onPress, live }) {
  const row = (row) =>
    row.buttons
      ? html`<div class="discord-row">${row.buttons.map((button) => html`<${Press} class="discord-button" label=${button.label} href=${button.url} value=${carried(button.custom_id)} onPress=${onPress} live=${live && !button.custom_id?.endsWith("?")} />`)}</div>`
      : html`<div class="discord-row"><select class="discord-menu" disabled=${!live} onChange=${(event) => onPress?.(carried(event.target.value))}><option>${row.menu.placeholder}</option>${row.menu.options.map((option) => html`<option value=${option.value}>${option.label}</option>`)}</select></div>`;
  return html`<div class="discord"><span class="avatar" aria-hidden="true">V</span><div><p class="discord-who">Vestibule <span>APP</span></p>
    <p class="said">${markdown(message.content)}</p>
    ${message.image && html`<p class="soft">Picture: ${message.image}</p>`}
    ${(message.rows || []).map(row)}
    ${message.form && html`<p class="soft form-note">“${message.form.title}” opens a form: ${message.form.label}</p>`}</div></div>`;
}

/** Text with entities, whose places count UTF-16 units as JavaScript does. */
function entities({ text, entities: marks = [] }) {
  const parts = [];
  let at = 0;
  for (const { type, offset, length } of marks) {
    parts.push(text.slice(at, offset));
    const words = text.slice(offset, offset + length);
    parts.push(type === "bold" ? html`<strong>${words}</strong>` : type === "code" ? html`<code>${words}</code>` : html`<span class="as-link">${words}</span>`);
    at = offset + length;
  }
  return [...parts, text.slice(at)];
}

function Telegram({ message, onPress, live }) {
  return html`<div class="telegram"><div class="telegram-bubble">${message.photo && html`<p class="soft">Picture: ${message.photo}</p>`}<p class="said">${entities(message)}</p></div>
    ${(message.keyboard || []).map((row) => html`<div class="telegram-row">${row.map((key) => html`<${Press} class="telegram-key" label=${key.text} href=${key.url} value=${carried(key.callback_data)} onPress=${onPress} live=${live} />`)}</div>`)}</div>`;
}

function Web({ message, onPress, live }) {
  return html`<div class="webchat"><div class="webchat-bubble"><${Text} text=${message.text} />
    ${message.image && html`<img src=${message.image} alt="" />`}${message.link && html`<p><a href=${message.link} target="_blank" rel="noopener noreferrer nofollow">${message.link}</a></p>`}</div>
    ${message.options.length > 0 && html`<div class="webchat-options">${message.options.map((option) => html`<${Press} class="webchat-option" label=${option.label} value=${option.value} onPress=${onPress} live=${live} />`)}</div>`}</div>`;
}

function Phone({ message }) {
  return html`<div class="spoken" lang=${message.locale}>${message.pieces.map((piece) => html`<p><span aria-hidden="true">🔊 </span>${piece}</p>`)}
    ${message.keys.length > 0 && html`<ul class="spoken-keys">${message.keys.map((key) => html`<li><kbd>${key.key}</kbd> ${key.label}</li>`)}</ul>`}</div>`;
}
