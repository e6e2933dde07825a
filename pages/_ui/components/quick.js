// The search field in the header. What is typed is sent when typing pauses; the hits are text nodes in a list that the
// arrow keys walk through. An answer to a question that was asked before the last one is left out.
const PAUSE_MS = 150;
const kept = new WeakMap();

function piece(tag, className, ...inside) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
}

function go(address) {
  // Streamlit follows the browser's history to its own pages without a reload, and the way back stays as it was.
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

function hit(box, [kind, id, icon, title, detail], place) {
  const sign = piece("span", "icon", icon);
  sign.setAttribute("aria-hidden", "true");
  const link = piece("a", "hit", sign, piece("strong", "", title), piece("small", "", detail));
  if (kind === "customer") link.href = `customer?customer=${Number(id)}`;
  else link.href = kind === "case" ? `case?case=${Number(id)}` : `order-desk?order=${Number(id)}`;
  link.tabIndex = -1;
  link.addEventListener("click", event => {
    // A plain click stays inside the session, which is faster than opening the address anew; any other is the browser's.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    close(box, true);
    go(link.href);
  });
  const row = piece("li", "", link);
  row.id = `hit-${place}`;
  row.setAttribute("role", "option");
  return row;
}

function choose(box, place) {
  const rows = [...box.list.children];
  box.at = rows.length ? (place + rows.length) % rows.length : -1;
  rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === box.at)));
  rows[box.at]?.scrollIntoView({ block: "nearest" });
  if (box.at < 0) box.field.removeAttribute("aria-activedescendant");
  else box.field.setAttribute("aria-activedescendant", `hit-${box.at}`);
}

function unfold(box, open) {
  box.under.hidden = !open;
  box.field.setAttribute("aria-expanded", String(open));
}

function close(box, empty) {
  clearTimeout(box.timer);
  if (empty) {
    box.field.value = "";
    box.list.replaceChildren();
    box.status.textContent = "";
  }
  box.enter = false;
  unfold(box, false);
  box.field.blur();
}

function ask(box) {
  clearTimeout(box.timer);
  const typed = box.field.value.trim();
  if (!typed) unfold(box, false);
  else if (typed !== box.shown) box.send("typed", typed);
}

function answered(box, { to, hits, told }) {
  if (box.field.value.trim() !== to || to === box.shown) return;
  box.shown = to;
  box.list.replaceChildren(...hits.map((one, place) => hit(box, one, place)));
  box.status.textContent = told;
  choose(box, 0);
  unfold(box, box.root.contains(box.document.activeElement));
  if (box.enter && hits.length) enter(box);
}

function enter(box) {
  box.enter = box.shown !== box.field.value.trim();
  if (box.enter) ask(box);
  else box.list.children[box.at]?.firstChild.click();
}

function pressed(box, event) {
  // Streamlit's own shortcuts and the keys of the page must not read what is meant for this field.
  event.stopPropagation();
  if (event.isComposing) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    if (box.under.hidden && box.list.children.length) unfold(box, true);
    else choose(box, box.at + steps[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) window.open(box.list.children[box.at]?.firstChild.href, "_blank", "noopener");
    else if (box.field.value.trim()) enter(box);
  } else if (event.key === "Escape") {
    const back = box.before;
    close(box, true);
    box.shown = "";
    if (back?.isConnected) back.focus();
  }
}

function writing(event) {
  return event.composedPath().some(e => e.matches?.("input, textarea, select, [contenteditable], [role='dialog']"));
}

function wire(box, root) {
  box.press = event => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (writing(event)) return;
    event.preventDefault();
    box.field.focus();
  };
  document.addEventListener("keydown", box.press);
  box.field.addEventListener("input", () => {
    clearTimeout(box.timer);
    box.enter = false;
    box.timer = setTimeout(() => ask(box), PAUSE_MS);
  });
  box.field.addEventListener("keydown", event => pressed(box, event));
  box.field.addEventListener("focus", event => {
    box.before = event.relatedTarget;
    box.field.select();
    if (box.list.children.length && box.shown === box.field.value.trim()) unfold(box, true);
  });
  // A click on a hit comes after the field was left.
  box.under.addEventListener("mousedown", event => event.preventDefault());
  box.field.addEventListener("blur", () => unfold(box, false));
  kept.set(root, box);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let box = kept.get(parentElement);
  if (!box) {
    const root = parentElement.querySelector(".quick");
    const find = what => root.querySelector(what);
    box = { root, field: find("input"), list: find("ul"), under: find(".under"), status: find("p"), at: -1, shown: "" };
    box.document = parentElement.getRootNode();
    wire(box, parentElement);
    // It stands in the header: the page below must not keep a line free for it.
    box.document.host?.closest('[data-testid="stLayoutWrapper"]')?.style.setProperty("position", "absolute");
  }
  box.send = setTriggerValue;
  box.field.placeholder = data.label;
  box.field.setAttribute("aria-label", data.label);
  box.field.setAttribute("aria-keyshortcuts", "/");
  box.list.setAttribute("aria-label", data.label);
  box.root.hidden = false;
  if (data.answer) answered(box, data.answer);
  return () => {
    clearTimeout(box.timer);
    document.removeEventListener("keydown", box.press);
    kept.delete(parentElement);
  };
}
