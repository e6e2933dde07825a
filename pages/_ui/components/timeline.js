// The list of what happened with a customer, as one element. What anybody typed becomes a text node, never markup.
const kept = new WeakMap();

function piece(tag, className, ...inside) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
}

const PAGES = { case: "case?case=", order: "order-desk?order=", report: "service-report?report=" };

// A case, an order or a service report by its number; nothing else is linked to.
function way([kind, id, name]) {
  const link = piece("a", "matter", name);
  link.href = PAGES[kind] + Number(id);
  return link;
}

function entry([id, icon, head, about, text, cut], matter, whole, open) {
  const sign = piece("span", "icon", icon);
  sign.setAttribute("aria-hidden", "true");
  const item = piece("li", "entry", piece("p", "head", sign, piece("strong", "", head), " ", piece("small", "", about)));
  if (matter) item.firstChild.append(" ", way(matter));
  if (text) item.append(piece("p", "text", text));
  if (cut) {
    const button = piece("button", "more", whole);
    button.type = "button";
    button.addEventListener("click", () => open(id));
    item.append(button);
  }
  return item;
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const list = parentElement.querySelector("[data-part=list]");
  const before = kept.get(list)?.items ?? new Map();
  const now = new Map();
  const wanted = kept.get(list)?.wanted;
  const open = id => {
    kept.get(list).wanted = id;
    setStateValue("opened", [...data.opened, id]);
  };
  list.setAttribute("aria-label", data.label);
  list.replaceChildren(
    ...data.entries.flatMap(told => {
      const matter = data.links[told[0]];
      const heading = data.headings[told[0]];
      // What stays the same stays where it is: a selection or the keyboard's place in it is not lost.
      const same = JSON.stringify([told, matter, told[5] ? data.opened : 0]);
      const item = before.get(same) ?? entry(told, matter, data.whole, open);
      now.set(same, item);
      return heading ? [piece("li", "heading", heading), item] : [item];
    }),
  );
  kept.set(list, { items: now, wanted });
  const whole = data.entries.findIndex(([id, , , , , cut]) => id === wanted && !cut);
  if (whole < 0) return;
  // The button is gone with the short text; who pressed it goes on where the whole text stands.
  const shown = list.querySelectorAll(".entry")[whole];
  shown.tabIndex = -1;
  shown.focus({ preventScroll: true });
  kept.get(list).wanted = null;
}
