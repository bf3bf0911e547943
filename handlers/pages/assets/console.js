// The console works without this; it saves ways for those who type.
const typing = "input, textarea, select, [contenteditable], dialog";
const palette = document.getElementById("palette");

// Lists: arrows, or j and k, go from row to row; Enter opens, as it does for any link.
function move(step) {
  const links = [...document.querySelectorAll("table.list tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = links[at < 0 ? (step > 0 ? 0 : -1) : at + step];
  next?.focus();
  return Boolean(next);
}

const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest(typing)) {
    return;
  }
  if (event.key === "/" && palette) {
    event.preventDefault();
    held = true;
    open();
  } else if (Object.hasOwn(steps, event.key)) {
    const idle = document.activeElement === document.body || document.activeElement.closest("table.list");
    // Arrows go on scrolling for who is somewhere else.
    if ((event.key.length === 1 || idle) && move(steps[event.key])) {
      event.preventDefault();
    }
  }
});

// Copy buttons have the text, or the id of the element with it. They do nothing where the browser does not offer the
// clipboard, and stay hidden.
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy], [data-copy-from]") : []) {
  const text = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? document.getElementById(button.dataset.copyFrom).textContent);
      button.textContent = button.dataset.done;
    } catch {
      button.textContent = button.dataset.failed; // browsers and frames may forbid it
    }
    setTimeout(() => (button.textContent = text), 2000);
  });
}

// Who leaves a form with changes that were not sent is asked first.
const edited = new Set();
for (const form of document.querySelectorAll("main:not(#console-confirm) form[method=post]")) {
  form.addEventListener("input", () => edited.add(form));
  form.addEventListener("submit", () => edited.delete(form));
}
addEventListener("beforeunload", (event) => edited.size > 0 && event.preventDefault());

// The palette: pages of the navigation, and what the server finds.
const form = palette?.querySelector("form");
const field = palette?.querySelector("[role=combobox]");
const list = palette?.querySelector("[role=listbox]");
const none = palette?.querySelector("[role=status]");
const pages = [...document.querySelectorAll(".side li a")].map((link) => ({ name: link.textContent, what: "", path: link.getAttribute("href") }));
let active = -1;
let waiting;
let asked;
let held = false; // the key that opened it: while it is, it is not typed

function open() {
  form.reset();
  palette.showModal();
  look();
}

function choose(index) {
  active = index;
  [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
  const chosen = list.children[index];
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) {
    field.setAttribute("aria-activedescendant", chosen.id);
  } else {
    field.removeAttribute("aria-activedescendant");
  }
}

function show(matches, complete) {
  list.replaceChildren(
    ...matches.map((match, i) => {
      const option = document.createElement("li");
      option.id = `palette-${i}`;
      option.role = "option";
      option.dataset.path = match.path;
      option.append(match.name);
      const what = document.createElement("span");
      what.className = "note";
      what.textContent = match.what;
      option.append(what);
      return option;
    }),
  );
  field.setAttribute("aria-expanded", String(matches.length > 0));
  none.textContent = complete && matches.length === 0 ? none.dataset.none : "";
  // What the server found comes after what was there: who has gone on in the meantime stays where they are.
  choose(Math.min(complete ? Math.max(active, 0) : 0, matches.length - 1));
}

function look() {
  const text = field.value.trim();
  const named = pages.filter((page) => ` ${page.name}`.toLowerCase().includes(` ${text}`.toLowerCase()));
  clearTimeout(waiting);
  asked?.abort();
  show(named, false);
  if (text) {
    waiting = setTimeout(() => ask(named), 150);
  }
}

// A form that is posted: what was pasted may be a token, which has no place in an address.
async function ask(named) {
  asked = new AbortController();
  const { signal } = asked;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" }, signal });
    const { matches } = await answer.json();
    if (!signal.aborted) {
      show([...named, ...matches], true);
    }
  } catch {
    // Enter sends the form, and the page that answers says what is wrong.
  }
}

function go(option) {
  if (option?.dataset.path) {
    location.assign(option.dataset.path);
    return true;
  }
  return false;
}

if (palette) {
  document.addEventListener("keyup", () => (held = false));
  field.addEventListener("beforeinput", (event) => held && event.data === "/" && event.preventDefault());
  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.isComposing) {
      return;
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      choose((active + steps[event.key] + count) % count);
    }
  });
  // Enter, and what keyboards on a screen have for it. A page may be chosen where nothing is typed.
  form.noValidate = true;
  form.addEventListener("submit", (event) => go(list.children[active]) && event.preventDefault());
  list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
  palette.addEventListener("click", (event) => event.target === palette && palette.close());
  for (const opener of document.querySelectorAll("[data-palette]")) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      open();
    });
  }
}

// What is going on, such as an import, is read again while it is. The focus stays where it was.
async function refresh(part) {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (!fresh) {
        return; // signed out, for example
      }
      const at = [...part.querySelectorAll("a, button, summary")].indexOf(document.activeElement);
      part.replaceChildren(...fresh.childNodes);
      part.querySelectorAll("a, button, summary")[at]?.focus({ preventScroll: true });
      if (!fresh.hasAttribute("data-refresh")) {
        return;
      }
    } catch {
      // The next time, perhaps.
    }
  }
  setTimeout(refresh, 2000, part);
}

for (const part of document.querySelectorAll("[data-refresh]")) {
  setTimeout(refresh, 2000, part);
}
