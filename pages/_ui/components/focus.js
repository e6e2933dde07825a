// Puts the cursor into a field of the page: when the page opens, and when one key is pressed outside of any field.
const kept = new WeakMap();

function field(name) {
  const around = document.querySelector(`.st-key-${CSS.escape(name)}`);
  if (!around) return null;
  const roots = [around, ...[...around.querySelectorAll("*")].map(inner => inner.shadowRoot).filter(Boolean)];
  return roots.map(root => root.querySelector("input, textarea")).find(Boolean) ?? null;
}

function writing(event) {
  // The path leads into our own components too, where `target` would only name the component.
  return event.composedPath().some(e => e.matches?.("input, textarea, select, [contenteditable], [role='dialog']"));
}

// Where the cursor stands, in our own components too.
function at() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

// The field may be drawn a moment after this one, the first time a good moment: what draws it is loaded then. Somebody
// who writes elsewhere in the meantime is left alone.
function comes(state, frames) {
  requestAnimationFrame(() => {
    const found = field(state.target);
    if (state.gone || at()?.matches("input, textarea, select, [contenteditable]")) return;
    if (found) {
      found.focus();
      if (state.whole && found.matches("input")) found.select(); // what is typed now is a new search
    } else if (frames > 0) comes(state, frames - 1);
  });
}

export default function (component) {
  const { data, parentElement } = component;
  let state = kept.get(parentElement);
  if (!state) {
    state = {};
    state.press = event => {
      const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing);
      const found = plain && event.key.toLowerCase() === state.pressed ? field(state.target) : null;
      if (!found || writing(event)) return;
      event.preventDefault();
      found.focus();
      found.select();
    };
    document.addEventListener("keydown", state.press);
    kept.set(parentElement, state);
  }
  state.target = data.target;
  state.pressed = data.pressed;
  state.whole = data.whole;
  if (data.now && !state.done) {
    state.done = true;
    comes(state, 180);
  }
  return () => {
    state.gone = true;
    document.removeEventListener("keydown", state.press);
    kept.delete(parentElement);
  };
}
