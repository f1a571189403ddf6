// What the page does better with a script. Without it the same form is answered by whole pages.
import * as engine from "/engine.js";
import * as kept from "/case.js";

// After the last letter of a value, in milliseconds, before the commands are filled again.
const PAUSE = 250;

const byId = (id) => document.getElementById(id);
const form = byId("ask");
const answer = byId("answer");
const report = byId("scan");
const waiting = byId("waiting");

// The request that is under way; a newer one ends it.
let running = null;

function begin(said) {
  running?.abort();
  running = new AbortController();
  waiting.textContent = said;
  return running;
}

// A part of a page as elements. Scripts in it do not run.
function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

function unhide(within) {
  for (const element of within.querySelectorAll("[data-script]")) element.hidden = false;
  for (const element of within.querySelectorAll("[data-plain]")) element.hidden = true;
}

async function request(work, said) {
  const own = begin(said);
  try {
    const result = await work(own.signal);
    return own === running ? result : null;
  } catch (error) {
    if (error.name !== "AbortError") waiting.textContent = "The server does not answer. Is freebusy still running? (" + error.message + ")";
    return null;
  } finally {
    if (own === running && waiting.textContent === said) waiting.textContent = "";
  }
}

function show(html) {
  answer.replaceChildren(...parsed(html).body.childNodes);
  unhide(answer);
}

// Has the case explained, and shows the answer.
async function explain(fields, { focus = true } = {}) {
  showReport(false);
  const result = await request((signal) => engine.explain(fields, signal), "Reading…");
  if (result === null) return;
  show(result.html);
  if (result.ok) kept.save(fields);
  if (focus) byId("answer-title")?.focus();
}

// Brings what depends on values and ticks up to date, and leaves everything else, and the cursor, where it is.
async function refresh() {
  const fields = new FormData(form);
  kept.save(fields);
  const result = await request((signal) => engine.explain(fields, signal), "");
  if (result === null) return;
  if (!result.ok) return show(result.html);
  const fresh = parsed(result.html);
  for (const live of answer.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(live.id);
    if (now === null) continue;
    if (live instanceof HTMLTextAreaElement) live.value = now.value;
    else live.replaceChildren(...now.childNodes);
  }
}

// Texts

function addText(value = "", name = "") {
  const all = byId("texts");
  const added = all.firstElementChild.cloneNode(true);
  const label = added.querySelector("label");
  const box = added.querySelector("textarea");
  box.id = "text-" + (all.children.length + 1);
  box.rows = 4;
  box.value = value;
  added.querySelector("input").value = name;
  label.htmlFor = box.id;
  label.textContent = name || "One more text of the same case";
  all.append(added);
  return box;
}

// Puts a case back into the form.
function restore(fields) {
  const names = fields.getAll("name");
  fields.getAll("text").forEach((text, number) => {
    const name = String(names[number] ?? "");
    if (number > 0) return addText(text, name);
    byId("text-1").value = text;
    byId("texts").querySelector("input").value = name;
  });
  byId("redact").checked = fields.has("redact");
  fields.getAll("assume").forEach(vouch);
}

function vouch(context) {
  if (Array.from(form.querySelectorAll("input[name=assume]"), (known) => known.value).includes(context)) return;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "assume";
  field.value = context;
  form.append(field);
}

// Logs

function showReport(shown) {
  report.hidden = !shown;
  byId("desk").hidden = shown;
  answer.hidden = shown;
  if (!shown) report.replaceChildren();
  const sheet = byId("scan-sheet");
  if (shown && sheet === null) {
    const link = document.createElement("link");
    link.id = "scan-sheet";
    link.rel = "stylesheet";
    link.href = "/scan.css";
    document.head.append(link);
  } else if (!shown) sheet?.remove();
}

function button(said, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = said;
  made.addEventListener("click", work);
  return made;
}

function keep(html) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
  link.download = "freebusy-report.html";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function scan(files) {
  if (files.length === 0) {
    waiting.textContent = "Choose a file first, or drop one on this page.";
    return;
  }
  const fields = new FormData();
  for (const name of ["redact", "possible"]) if (form.elements[name].checked) fields.append(name, "on");
  for (const file of files) fields.append("file", file, file.name);
  const names = files.length === 1 ? files[0].name : files.length + " files";
  const result = await request((signal) => engine.scan(fields, signal), "Reading " + names + "…");
  if (result === null) return;
  const page = parsed(result.html);
  const main = page.querySelector("main");
  if (!result.ok || main === null) return show(result.html), byId("answer-title")?.focus();
  showReport(true);
  const tools = document.createElement("div");
  tools.className = "row tools";
  tools.append(
    button("Back to the paste", () => {
      showReport(false);
      byId("text-1").focus();
    }),
    button("Save this report", () => keep(result.html)),
    button("Print", () => print()),
  );
  report.replaceChildren(tools, ...main.childNodes);
  const title = report.querySelector("h1");
  title.tabIndex = -1;
  title.focus();
  // Sorts and filters the tables that are there when it runs.
  const script = document.createElement("script");
  script.src = "/scan.js";
  report.append(script);
}

// Copying

async function copy(source, said) {
  const field = source instanceof HTMLTextAreaElement;
  const text = field ? source.value : source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https, and elsewhere than on this computer, only what is selected can be copied.
    if (field) source.select();
    else getSelection().selectAllChildren(source);
    document.execCommand("copy");
  }
  waiting.textContent = said;
}

function copied(pressed) {
  const was = pressed.firstChild.data;
  if (was === "Copied") return;
  pressed.firstChild.data = "Copied";
  setTimeout(() => (pressed.firstChild.data = was), 1_500);
}

// What a person does

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const pressed = event.submitter;
  if (pressed?.id === "more") return addText().focus();
  if (pressed?.id === "scan-files") return scan(byId("file").files);
  if (pressed?.dataset.assume !== undefined) vouch(pressed.value);
  explain(new FormData(form));
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

byId("redact").addEventListener("change", () => {
  if (answer.querySelector("article") !== null) explain(new FormData(form), { focus: false });
});

byId("forget").addEventListener("click", () => {
  kept.forget();
  running?.abort();
  form.reset();
  for (const field of form.querySelectorAll("input[name=assume], .text:not(:first-child)")) field.remove();
  byId("text-1").value = "";
  answer.replaceChildren();
  waiting.textContent = "The case is forgotten.";
  byId("text-1").focus();
});

let pause = 0;
answer.addEventListener("input", (event) => {
  if (!event.target.name?.startsWith("set.")) return;
  clearTimeout(pause);
  pause = setTimeout(refresh, PAUSE);
});

answer.addEventListener("change", (event) => {
  if (event.target.name === "done") refresh();
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-copy], .way, #print");
  if (pressed === null) return;
  if (pressed.id === "print") return print();
  if (pressed.dataset.copy !== undefined) {
    copy(byId(pressed.dataset.copy), pressed.dataset.said);
    return copied(pressed);
  }
  // Whoever says what came out of a step has done it.
  const step = pressed.closest(".step");
  const tick = step?.querySelector("input[name=done]");
  if (tick && !tick.checked) tick.click();
  for (const other of step?.querySelectorAll(".way") ?? []) other.removeAttribute("aria-current");
  pressed.setAttribute("aria-current", "true");
  const place = pressed.getAttribute("href");
  if (place.startsWith("#")) {
    location.hash = place;
    byId(place.slice(1))?.focus({ preventScroll: true });
    event.preventDefault();
  }
});

let inside = 0;
const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", (event) => {
  if (holdsFiles(event)) document.body.classList.toggle("dropping", ++inside > 0);
});
addEventListener("dragleave", (event) => {
  if (holdsFiles(event)) document.body.classList.toggle("dropping", --inside > 0);
});
addEventListener("dragover", (event) => {
  if (holdsFiles(event)) event.preventDefault();
});
addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  inside = 0;
  document.body.classList.remove("dropping");
  scan(event.dataTransfer.files);
});

unhide(document);
const before = kept.load();
if (before !== null && answer.querySelector("article") === null && location.pathname === "/") {
  restore(before);
  explain(before, { focus: false });
}
