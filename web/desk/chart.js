// Bars over time: what became of those who asked. The same figures are in a table for those who do not see them.

import { html } from "./parts.js";

const KINDS = [["confirmed", "Confirmed"], ["assumed", "Assumed"], ["failed", "Failed"], ["open", "Under way"]];
const [WIDTH, HEIGHT, LEFT, BOTTOM] = [900, 240, 40, 24];

/** A round number at or above. */
function nice(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) || most;
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const shown = (key) => DAY.format(new Date(`${key}T12:00:00Z`));

export function Chart({ points, weekly }) {
  const top = Math.max(4, nice(Math.max(1, ...points.map((point) => point.asked))));
  const step = (WIDTH - LEFT) / Math.max(1, points.length);
  const bar = Math.max(1, Math.min(38, step * 0.72));
  const y = (number) => (HEIGHT - BOTTOM) * (1 - number / top);
  const every = Math.ceil(points.length / 10);
  const lines = [0, top / 4, top / 2, (3 * top) / 4, top].filter((at) => Number.isInteger(at));
  return html`<figure class="chart">
    <svg viewBox=${`0 -8 ${WIDTH} ${HEIGHT + 8}`} role="img" aria-label=${`Conversations a ${weekly ? "week" : "day"} by what became of them; the table below has the figures`}>
      ${lines.map((at) => html`<g class="grid"><line x1=${LEFT} x2=${WIDTH} y1=${y(at)} y2=${y(at)} /><text x=${LEFT - 6} y=${y(at) + 4} text-anchor="end">${at}</text></g>`)}
      ${points.map((point, at) => {
        let sum = 0;
        const x = LEFT + at * step + (step - bar) / 2;
        return html`<g class="point"><title>${`${shown(point.key)}: ${point.asked} asked, ${KINDS.map(([key, name]) => `${point[key]} ${name.toLowerCase()}`).join(", ")}`}</title>
          ${KINDS.map(([key]) => {
            if (!point[key]) return null;
            sum += point[key];
            return html`<rect class=${`bar-${key}`} x=${x} y=${y(sum)} width=${bar} height=${y(0) - y(point[key])} />`;
          })}
          <rect class="hover" x=${LEFT + at * step} y="0" width=${step} height=${HEIGHT - BOTTOM} />
          ${at % every === 0 && html`<text x=${LEFT + at * step + step / 2} y=${HEIGHT - 6} text-anchor="middle">${shown(point.key)}</text>`}</g>`;
      })}
    </svg>
    <figcaption class="legend">${KINDS.map(([key, name]) => html`<span><i class=${`bar-${key}`} aria-hidden="true"></i>${name}</span>`)}</figcaption>
    <details><summary>As a table</summary><div class="scroll"><table><thead><tr><th scope="col">${weekly ? "Week from" : "Day"}</th><th scope="col" class="number">Asked</th>${KINDS.map(([, name]) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
      <tbody>${points.filter((point) => point.asked > 0).map((point) => html`<tr><th scope="row">${point.key}</th><td class="number">${point.asked}</td>${KINDS.map(([key]) => html`<td class="number">${point[key]}</td>`)}</tr>`)}</tbody></table></div></details>
  </figure>`;
}
