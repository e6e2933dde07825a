// The lines of the day: each is done, moved or opened in its place. One line is marked; J and K move the mark without
// asking the server. What anybody typed becomes a text node.
const kept = new WeakMap();

function piece(tag, className, ...inside) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
}

function sign(name) {
  const made = piece("span", "icon", name);
  made.setAttribute("aria-hidden", "true");
  return made;
}

function go(address) {
  // Streamlit follows the browser's history to its own pages without a reload, and the way back stays as it was.
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

function button(word, icon, pressed, act) {
  const made = piece("button", "", sign(icon));
  const hint = piece("kbd", "", pressed);
  hint.setAttribute("aria-hidden", "true");
  made.append(hint);
  made.type = "button";
  made.title = word;
  made.setAttribute("aria-label", word);
  made.addEventListener("click", act);
  return made;
}

function customer(line) {
  const link = piece("a", "", piece("strong", "", line.customer));
  link.href = `customer?customer=${Number(line.customer_id)}`;
  link.addEventListener("click", event => {
    // A plain click stays inside the session, which is faster than opening the address anew; any other is the browser's.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    go(link.href);
  });
  return link;
}

function row(list, line, place) {
  const { words, pressed } = list.data;
  const due = piece("span", `due ${line.tone}`, sign(line.sign), line.when);
  due.title = line.told;
  const told = piece("div", "told", sign(line.icon), customer(line), " ", piece("span", "text", line.text));
  for (const more of line.more) told.append(" ", piece("small", "", more));
  if (line.points) told.append(piece("p", "points", line.points));
  const tell = verb => {
    mark(list, place);
    list.send("act", { verb, key: line.key });
  };
  const buttons = piece(
    "div",
    "buttons",
    button(line.done, "check", pressed.done, () => tell("done")),
    button(words.other, "event_repeat", pressed.other, () => tell("other")),
    button(words.open, "person", pressed.open, () => told.querySelector("a").click()),
  );
  const item = piece("li", "", due, told, buttons);
  item.dataset.line = line.key;
  return item;
}

function mark(list, place) {
  const rows = [...list.here.children];
  list.at = Math.max(0, Math.min(place, rows.length - 1));
  rows.forEach((item, i) => {
    if (i === list.at) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  });
}

function press(list, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("[role=dialog]")) return;
  if (event.composedPath().some(e => e.matches?.("input, textarea, select, [contenteditable], dialog"))) return;
  const key = event.key.toUpperCase();
  const { pressed } = list.data;
  const now = list.here.children[list.at];
  if (key === pressed.next) mark(list, list.at + 1);
  else if (key === pressed.before) mark(list, list.at - 1);
  else {
    const which = ["done", "other", "open"].findIndex(verb => pressed[verb] === key);
    if (which < 0 || !now) return;
    now.querySelectorAll("button")[which].click();
  }
  event.preventDefault();
  list.here.children[list.at]?.scrollIntoView({ block: "nearest" });
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let list = kept.get(parentElement);
  if (!list) {
    list = { here: parentElement.querySelector("ol"), at: 0 };
    list.press = event => press(list, event);
    document.addEventListener("keydown", list.press);
    kept.set(parentElement, list);
  }
  list.data = data;
  list.send = setTriggerValue;
  const drawn = JSON.stringify([data.lines, data.words]);
  if (list.drawn !== drawn) {
    const focused = parentElement.activeElement?.closest?.("li");
    const within = focused ? [...focused.querySelectorAll("a, button")].indexOf(parentElement.activeElement) : -1;
    list.drawn = drawn;
    const marked = list.here.children[list.at]?.dataset.line;
    list.here.setAttribute("aria-label", data.words.list);
    list.here.replaceChildren(...data.lines.map((line, place) => row(list, line, place)));
    // The mark stays at its line, wherever that stands now; is it gone, at the one that has moved up.
    const stays = data.lines.findIndex(line => line.key === marked);
    mark(list, stays < 0 ? list.at : stays);
    // Who works with the keyboard goes on where the line was.
    if (within >= 0) list.here.children[list.at]?.querySelectorAll("a, button")[within]?.focus();
  }
  return () => {
    document.removeEventListener("keydown", list.press);
    kept.delete(parentElement);
  };
}
