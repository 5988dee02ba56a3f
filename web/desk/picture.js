// A flow's picture: moved and scaled, with steps that can be chosen by pointer and keyboard, and the way of the simulator.

import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { html } from "./parts.js";

const LEAST = 0.15;
const MOST = 3;

/** Our own API's SVG as nodes. */
function drawn(svg) {
  const read = new DOMParser().parseFromString(svg, "image/svg+xml");
  return read.querySelector("parsererror") ? null : document.importNode(read.documentElement, true);
}

export function Picture({ svg, title, chosen, trail, onChoose }) {
  const frame = useRef(null);
  const [scale, setScale] = useState(1);
  const size = useRef({ width: 1, height: 1 });

  useEffect(() => {
    const picture = drawn(svg);
    if (!picture) return;
    size.current = { width: picture.width.baseVal.value, height: picture.height.baseVal.value };
    frame.current.querySelector(".sheet").replaceChildren(picture);
    fit(false);
  }, [svg]);

  useEffect(() => {
    const picture = frame.current.querySelector("svg");
    if (!picture) return;
    picture.setAttribute("width", size.current.width * scale);
    picture.setAttribute("height", size.current.height * scale);
  }, [scale, svg]);

  useEffect(() => {
    const walked = new Set(trail.ways.map(([step, exit]) => `${step}\n${exit}`));
    for (const node of frame.current.querySelectorAll(".node")) {
      const step = node.dataset.step;
      node.classList.toggle("chosen", step === chosen);
      node.classList.toggle("walked", trail.steps.includes(step) || (step === "[start]" && trail.steps.length > 0));
      node.classList.toggle("current", step === trail.current);
    }
    for (const line of frame.current.querySelectorAll(".line, .label")) {
      const exits = line.dataset.exits.split("\n");
      const first = line.dataset.from === "[start]" && trail.steps.includes(line.dataset.to);
      line.classList.toggle("walked", first || exits.some((exit) => walked.has(`${line.dataset.from}\n${exit}`)));
    }
  }, [svg, chosen, trail]);

  useEffect(() => {
    const now = trail.current && frame.current.querySelector(`.node[data-step="${CSS.escape(trail.current)}"]`);
    now?.scrollIntoView({ block: "center", inline: "center" });
  }, [trail.current]);

  const bounded = (wanted) => Math.min(MOST, Math.max(LEAST, wanted));
  function fit(whole) {
    const room = frame.current.querySelector(".view");
    const across = (room.clientWidth - 16) / size.current.width;
    const down = (room.clientHeight - 16) / size.current.height;
    setScale(bounded(whole ? Math.min(across, down, 1) : Math.max(Math.min(across, 1), 0.62)));
    // The beginning in the middle.
    if (!whole) requestAnimationFrame(() => frame.current?.querySelector('[data-step="[start]"]')?.scrollIntoView({ block: "nearest", inline: "center" }));
  }

  const at = (event) => event.target.closest?.("[data-step], [data-to]:not(.line):not(.label)");
  const choose = (event) => {
    if (event.target.closest("a")) return;
    const found = at(event);
    if (found) onChoose(found.dataset.step || found.dataset.to);
  };
  const onKey = (event) => {
    const node = event.target.closest?.(".node");
    if (node && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      onChoose(node.dataset.step);
    } else if (event.key === "+") setScale(bounded(scale * 1.2));
    else if (event.key === "-") setScale(bounded(scale / 1.2));
  };
  const onWheel = (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    setScale(bounded(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1)));
  };
  return html`<section class="picture" ref=${frame} aria-label=${`Picture of ${title}`}>
    <div class="view" tabindex="0" onClick=${choose} onKeyDown=${onKey} onWheel=${onWheel} onPointerDown=${pan}><div class="sheet"></div></div>
    <div class="zoom" role="group" aria-label="Zoom">
      <button type="button" class="button" aria-label="Smaller" onClick=${() => setScale(bounded(scale / 1.2))}>−</button>
      <button type="button" class="button" aria-label="Larger" onClick=${() => setScale(bounded(scale * 1.2))}>+</button>
      <button type="button" class="button" onClick=${() => fit(true)}>Whole</button>
      <button type="button" class="button" onClick=${() => setScale(1)}>100 %</button>
    </div>
  </section>`;
}

/** Dragging the ground moves the picture; text in boxes can still be marked. */
function pan(event) {
  const view = event.currentTarget;
  if (event.button !== 0 || event.pointerType === "touch" || event.target.closest("text, a, .node")) return;
  const from = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
  const move = (to) => {
    view.scrollLeft = from.x - to.clientX;
    view.scrollTop = from.y - to.clientY;
  };
  const end = () => {
    removeEventListener("pointermove", move);
    view.classList.remove("panning");
  };
  view.classList.add("panning");
  addEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
  addEventListener("pointercancel", end, { once: true });
}
