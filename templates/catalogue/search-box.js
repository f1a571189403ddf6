// freebusy {{ version }}, {{ mark }}
// The search box of the catalogue's first page.
(function () {
  "use strict";

  const MOST_SHOWN = 20;

  // What is longer is a paste with names in it, which has no place in the browser's history.
  const LONGEST_IN_ADDRESS = 80;

  const { search } = globalThis.freebusySearch;
  const index = globalThis.freebusyIndex;
  const box = document.getElementById("search");
  const query = document.getElementById("query");
  const status = document.getElementById("status");
  const results = document.getElementById("results");
  const browse = document.getElementById("browse");

  function show() {
    const typed = query.value;
    const found = search(index, typed);
    const empty = typed.trim() === "";
    browse.hidden = !empty;
    results.hidden = empty;
    // Texts only, never markup: titles come from rule files.
    results.replaceChildren(...found.slice(0, MOST_SHOWN).map(({ rule, why }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = "rules/" + rule.page + ".html";
      link.textContent = rule.title;
      const reason = document.createElement("span");
      reason.className = "id";
      reason.textContent = rule.id + ", by " + why;
      item.append(link, " ", reason);
      return item;
    }));
    if (empty) status.textContent = "";
    else if (found.length === 0) status.textContent = "No rule fits. `freebusy explain` says what comes near, and what to collect next.";
    else if (found.length === 1) status.textContent = "One rule fits.";
    else if (found.length > MOST_SHOWN) status.textContent = found.length + " rules fit; the " + MOST_SHOWN + " best are shown.";
    else status.textContent = found.length + " rules fit, the best first.";
  }

  // `#q=43532` in the address is a search, so that one can be linked.
  function fromAddress() {
    const found = /^#q=(.*)$/.exec(location.hash);
    if (!found) return;
    try {
      query.value = decodeURIComponent(found[1]);
    } catch {
      query.value = found[1];
    }
    show();
  }

  function toAddress() {
    const typed = query.value.trim();
    const hash = typed !== "" && typed.length <= LONGEST_IN_ADDRESS ? "#q=" + encodeURIComponent(typed) : location.pathname;
    try {
      history.replaceState(null, "", hash);
    } catch {
      // A browser that forbids it for files searches all the same.
    }
  }

  query.addEventListener("input", () => {
    show();
    toAddress();
  });
  query.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && query.value !== "") {
      query.value = "";
      show();
      toAddress();
    }
  });
  addEventListener("hashchange", fromAddress);
  box.hidden = false;
  fromAddress();
  if (query.value !== "") show();
})();
