// Keys of every page of the team: ? opens the list of keys. The field in the header answers to / by itself; where it is
// not, / leads to the page that finds customers.
const kept = new WeakMap();

function writing(event) {
  return event.composedPath().some(e => e.matches?.("input, textarea, select, [contenteditable], [role='dialog']"));
}

function toSearch() {
  document.querySelector('[data-testid="stSidebarNav"] a[href$="/customers"]')?.click();
}

function rows(list, keys) {
  list.replaceChildren(
    ...keys.map(([key, meaning]) => {
      const row = document.createElement("li");
      const sign = document.createElement("kbd");
      sign.append(key);
      row.append(sign, " ", meaning);
      return row;
    }),
  );
}

export default function (component) {
  const { data, parentElement } = component;
  const dialog = parentElement.querySelector("dialog");
  const button = parentElement.querySelector("button");
  parentElement.querySelector("[data-part=title]").textContent = data.title;
  button.textContent = data.label;
  button.dataset.field = data.field ? "here" : "";
  rows(parentElement.querySelector("ul"), data.keys);
  const before = kept.get(parentElement);
  if (before) return before;
  const press = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event)) return;
    if (event.key === "?" && !dialog.open) dialog.showModal();
    else if (event.key === "/" && !button.dataset.field) toSearch();
    else return;
    event.preventDefault();
  };
  button.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", () => dialog.close());
  document.addEventListener("keydown", press);
  const leave = () => {
    document.removeEventListener("keydown", press);
    kept.delete(parentElement);
  };
  kept.set(parentElement, leave);
  return leave;
}
