// Where the engine is: the one module that knows. Today it is the API of this server; an engine that runs in the page itself would have
// the same two functions.

// Asks, and says why where there is no answer. Both are markup that the engine made, with everything from a paste escaped.
async function ask(path, form, signal) {
  const response = await fetch(path, { method: "POST", body: form, headers: { accept: "text/html" }, signal });
  return { ok: response.ok, html: await response.text() };
}

// The answer to a case: a part of a page. `form` holds the fields of the page's form.
export function explain(form, signal) {
  return ask("/api/explain", form, signal);
}

// What is in logs: a whole page, to show and to keep. `form` holds the files as `file`.
export function scan(form, signal) {
  return ask("/api/scan", form, signal);
}
