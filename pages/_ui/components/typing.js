// A text area that tells the server what is typed while it is typed, and never takes away what is being typed.
// The server's words win only when it says so by a new `epoch`.
const PAUSE_MS = 600;
const kept = new WeakMap();

function flush(field) {
  clearTimeout(field.timer);
  if (field.told === field.area.value) return;
  field.told = field.area.value;
  field.tell("typed", { text: field.told, epoch: field.epoch });
}

function count(field) {
  const left = field.most - field.area.value.length;
  field.counter.textContent = left <= field.most / 10 ? field.counterText.replace("{n}", String(left)) : "";
}

function wire(field, root) {
  field.area.addEventListener("input", () => {
    count(field);
    clearTimeout(field.timer);
    field.timer = setTimeout(() => flush(field), PAUSE_MS);
  });
  field.area.addEventListener("blur", () => flush(field));
  field.area.addEventListener("keydown", event => {
    // Streamlit's own shortcuts must not read what is meant for this field.
    event.stopPropagation();
    if (event.key === "Escape") field.area.blur();
    if (event.key !== "Enter") return;
    const send = event.ctrlKey || event.metaKey;
    if (send || field.single) event.preventDefault();
    if (!send) return;
    flush(field);
    field.fire("sent", { text: field.area.value, epoch: field.epoch });
  });
  field.leaving = () => flush(field);
  window.addEventListener("pagehide", field.leaving);
  kept.set(root, field);
}

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  let field = kept.get(parentElement);
  if (!field) {
    const find = name => parentElement.querySelector(`[data-part="${name}"]`);
    field = { area: find("area"), label: find("label"), hint: find("hint"), counter: find("counter"), epoch: null };
    wire(field, parentElement);
  }
  field.tell = setStateValue;
  field.fire = setTriggerValue;
  field.most = data.most;
  field.single = Boolean(data.single);
  field.counterText = data.counter;
  field.label.textContent = data.label;
  field.hint.textContent = data.hint;
  field.area.placeholder = data.placeholder;
  field.area.maxLength = data.most;
  field.area.disabled = Boolean(data.disabled);
  field.area.rows = field.single ? 1 : 2;
  field.area.style.minHeight = `${data.height}px`;
  if (field.epoch !== data.epoch) {
    clearTimeout(field.timer);
    field.epoch = data.epoch;
    field.area.value = data.value;
    field.told = data.value;
  }
  count(field);
  parentElement.querySelector(".field").dataset.ready = "";
  return () => {
    clearTimeout(field.timer);
    window.removeEventListener("pagehide", field.leaving);
    kept.delete(parentElement);
  };
}
