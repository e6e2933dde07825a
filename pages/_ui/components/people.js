// A list of customers: each is a link with a line that tells namesakes apart. What anybody typed becomes a text node.
function piece(tag, className, ...inside) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
}

function open(address) {
  // Streamlit follows the browser's history to its own pages without a reload, and the way back stays as it was.
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

function one([id, name, detail]) {
  const icon = piece("span", "icon", "person");
  icon.setAttribute("aria-hidden", "true");
  const link = piece("a", "", icon, piece("strong", "", name));
  link.href = `customer?customer=${Number(id)}`;
  link.addEventListener("click", event => {
    // A plain click stays inside the session, which is faster than opening the address anew; any other is the browser's.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    event.preventDefault();
    open(link.href);
  });
  return piece("li", "", link, piece("small", "", detail));
}

export default function (component) {
  const { data, parentElement } = component;
  const list = parentElement.querySelector("[data-part=list]");
  list.setAttribute("aria-label", data.label);
  list.replaceChildren(...data.rows.map(one));
}
