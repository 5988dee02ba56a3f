// The little markup that answers may hold: **bold**, *emphasis*, `code`, links, lines and lists. Turned into DOM nodes
// with textContent, never into HTML, so that whatever stands in a text stays text.

const MARK = /\*\*(?=\S)([^*]+?)\*\*|`([^`\n]+)`|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"]+)/;

/** A link that may be followed, or null. */
export function safeLink(address) {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Pieces of one line: {text, as: "plain" | "bold" | "code" | "link", href?}. */
export function pieces(line) {
  const found = [];
  let rest = line;
  for (let match = MARK.exec(rest); match; match = MARK.exec(rest)) {
    if (match.index > 0) found.push({ text: rest.slice(0, match.index), as: "plain" });
    let used = match[0].length;
    if (match[1]) found.push({ text: match[1], as: "bold" });
    else if (match[2]) found.push({ text: match[2], as: "code" });
    else {
      let address = match[4] || match[5];
      if (match[5]) {
        // A full stop or bracket at the end belongs to the sentence.
        address = address.replace(/[.,;:!?)\]]+$/, "");
        used = address.length;
      }
      const href = safeLink(address);
      const text = match[3] || address;
      found.push(href ? { text, as: "link", href } : { text: match[0].slice(0, used), as: "plain" });
    }
    rest = rest.slice(match.index + used);
  }
  if (rest) found.push({ text: rest, as: "plain" });
  return found;
}

/** Blocks of a text: {list: false, lines} or {list: "ul" | "ol", lines}. */
export function blocks(text) {
  const all = [];
  for (const line of text.split("\n")) {
    const item = /^\s*(?:([-•])|(\d{1,2})[.)])\s+(.*)$/.exec(line);
    const list = item ? (item[1] ? "ul" : "ol") : false;
    const last = all.at(-1);
    if (!item && !line.trim()) {
      all.push({ list: false, lines: [] });
    } else if (last && last.list === list) {
      last.lines.push(item ? item[3] : line);
    } else {
      all.push({ list, lines: [item ? item[3] : line], start: item?.[2] ? Number(item[2]) : 1 });
    }
  }
  return all.filter((block) => block.lines.length);
}

function node(piece) {
  if (piece.as === "plain") return document.createTextNode(piece.text);
  const made = document.createElement({ bold: "strong", code: "code", link: "a" }[piece.as]);
  made.textContent = piece.text;
  if (piece.href) {
    made.href = piece.href;
    made.target = "_blank";
    made.rel = "noopener noreferrer nofollow";
  }
  return made;
}

/** The nodes of a whole text. */
export function nodes(text) {
  return blocks(text).map((block) => {
    const made = document.createElement(block.list || "p");
    if (block.list === "ol" && block.start !== 1) made.start = block.start;
    block.lines.forEach((line, at) => {
      const into = block.list ? made.appendChild(document.createElement("li")) : made;
      if (!block.list && at > 0) into.append(document.createElement("br"));
      into.append(...pieces(line).map(node));
    });
    return made;
  });
}
