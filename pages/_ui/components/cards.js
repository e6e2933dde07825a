// A row of small cards: a heading, then lines with a caption each. What anybody typed becomes a text node, never markup.
const drawn = new WeakMap();
const SAFE = /^(tel|mailto):/;

function piece(tag, className, ...inside) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
}

function line([text, caption, target]) {
  const item = piece("li", "line");
  item.title = [text, caption].filter(Boolean).join("\n"); // whole, where the end of a line is cut off
  if (text && SAFE.test(target ?? "")) {
    const link = piece("a", "", text);
    link.href = target;
    item.append(link);
  } else if (text) {
    item.append(piece("span", "text", text));
  }
  if (caption) item.append(piece("small", "", caption));
  return item;
}

function part({ icon, title, lines, nothing, more, rows }) {
  const sign = piece("span", "icon", icon);
  sign.setAttribute("aria-hidden", "true");
  const made = piece("section", lines.length ? `part rows-${Number(rows)}` : "part bare", piece("h3", "", sign, title));
  if (lines.length) made.append(piece("ul", "", ...lines.map(line)));
  if (more) made.append(piece("small", "", more));
  if (!lines.length) made.append(piece("small", "", nothing));
  return made;
}

export default function (component) {
  const { data, parentElement } = component;
  const row = parentElement.querySelector("[data-part=row]");
  const told = JSON.stringify(data.cards);
  if (drawn.get(row) === told) return;
  drawn.set(row, told);
  row.replaceChildren(...data.cards.map(parts => piece("div", "card", ...parts.map(part))));
}
