// The chat on somebody else's page, by one line:
//   <script src="https://desk.example.org/widget.js" async></script>
// Optional: data-locale="it", data-flow="support", data-side="left". The page's origin must be among
// `channels.web.allowed_origins`. Lives in a shadow root: neither its style nor the page's reaches the other.
(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src);
  const { locale, flow, side } = script.dataset;

  const STYLE = `
    :host { position: fixed; z-index: 2147483000; bottom: 1rem; ${side === "left" ? "left" : "right"}: 1rem; }
    .panel { position: absolute; bottom: 4.5rem; ${side === "left" ? "left" : "right"}: 0; width: min(24rem, calc(100vw - 2rem));
      height: min(38rem, calc(100vh - 7rem)); border: 1px solid var(--line); border-radius: 1rem; overflow: hidden;
      box-shadow: 0 1.2rem 3rem rgb(0 0 0 / .25); background: var(--card); }
    .panel[hidden] { display: none; }
    .opener { width: 3.5rem; height: 3.5rem; border: 0; border-radius: 50%; background: var(--accent);
      color: var(--on-accent); cursor: pointer; display: grid; place-items: center; box-shadow: 0 .4rem 1.2rem rgb(0 0 0 / .3); }
    .opener:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    .opener svg { width: 1.7rem; height: 1.7rem; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
    .fresh { position: absolute; top: -.3rem; right: -.3rem; min-width: 1.4rem; padding: 0 .35rem; border-radius: .7rem;
      background: #a32020; color: #fff; font-size: .8125rem; line-height: 1.4rem; text-align: center; }
    .fresh:empty { display: none; }`;

  function sheet(text) {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
  }

  async function begin() {
    const at = (path) => new URL(`assets/${path}`, base).href;
    const [{ ChatView }, { wordsOf, pick }, style, settings] = await Promise.all([
      import(at("chat/view.js")),
      import(at("chat/words.js")),
      fetch(at("chat/chat.css"), { credentials: "omit" }).then((answer) => answer.text()),
      fetch(new URL("chat/settings", base), { credentials: "omit" }).then((answer) => answer.json()).catch(() => null),
    ]);
    const words = wordsOf(locale || pick(navigator.languages || [navigator.language], settings?.locales));
    const host = document.createElement("vestibule-chat");
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet(style), sheet(STYLE)];

    const panel = document.createElement("div");
    panel.className = "panel";
    panel.hidden = true;
    const opener = document.createElement("button");
    opener.className = "opener";
    opener.type = "button";
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-label", words.open);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
    shape.setAttribute("d", "M4 5h16v11H10l-4 3.5V16H4z");
    svg.append(shape);
    const badge = document.createElement("span");
    badge.className = "fresh";
    badge.setAttribute("role", "status");
    opener.append(svg);
    root.append(panel, opener, badge);
    document.body.append(host);

    let view = null;
    let fresh = 0;
    const count = (n) => {
      fresh = n;
      badge.textContent = n ? String(n) : "";
      if (n) badge.setAttribute("aria-label", words.fresh(n));
    };
    const toggle = (open) => {
      panel.hidden = !open;
      opener.setAttribute("aria-expanded", String(open));
      opener.setAttribute("aria-label", open ? words.close : words.open);
      if (!open) return opener.focus();
      count(0);
      if (!view) {
        const onFresh = (n) => panel.hidden && count(fresh + n);
        view = new ChatView(panel, {
          base: base.href, key: "vestibule.widget", locale, locales: locale ? [locale] : settings?.locales, flow, onClose: () => toggle(false), onFresh,
        });
        view.start();
      }
      view.focus();
    };
    opener.addEventListener("click", () => toggle(panel.hidden));
    panel.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  }

  begin().catch((error) => console.error("The chat could not be loaded.", error));
})();
