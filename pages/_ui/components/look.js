// Beside the rules for the whole page, one thing that rules cannot do: whoever writes keeps the line before the eyes.
// When something is drawn above the field (an answer that has just come, a line for a colleague who looks in), the page
// is scrolled by as much, so that the field stays where it is on the screen.
let writing = null;
let listens = false;

function above(element) {
  return element.parentElement ?? element.getRootNode().host ?? null; // out of our own components, too
}

function place({ field, main }) {
  return field.getBoundingClientRect().top + main.scrollTop;
}

function stop() {
  writing?.watch.disconnect();
  writing?.main.removeEventListener("scroll", scrolled);
  writing = null;
}

// The reader scrolls: the field moves on the screen and keeps its place on the page.
function scrolled() {
  if (Math.abs(place(writing) - writing.place) <= 1) writing.scrolled = writing.main.scrollTop;
}

function drawn() {
  if (!writing?.field.isConnected) return;
  const now = place(writing);
  const moved = now - writing.place;
  if (Math.abs(moved) <= 1) return;
  writing.place = now;
  // From where the reader was, for the browser may have scrolled already to keep another line in its place.
  writing.main.scrollTop = writing.scrolled + moved;
  writing.scrolled = writing.main.scrollTop;
}

function start(field) {
  if (writing?.field === field) return;
  stop();
  const around = [];
  let main = above(field);
  while (main && main.dataset.testid !== "stMain") {
    around.push(main);
    main = above(main);
  }
  if (!main) return; // the search of the header, or the menu
  writing = { field, main, scrolled: main.scrollTop, watch: new ResizeObserver(drawn) };
  writing.place = place(writing);
  main.addEventListener("scroll", scrolled, { passive: true });
  for (const one of around) writing.watch.observe(one);
}

export default function () {
  if (listens) return;
  listens = true;
  document.addEventListener("input", event => start(event.composedPath()[0]), true);
  document.addEventListener("focusout", stop, true);
}
