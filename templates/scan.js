// Tables that sort and filter. Without this script they are whole, in their first order.
(function () {
  "use strict";

  // Texts with numbers in them in the order that people expect: EX2 before EX10.
  const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;

  // Below this a filter is no help.
  const FEWEST_ROWS = 8;

  function value(row, column) {
    const cell = row.cells[column];
    return cell.dataset.sort ?? cell.textContent;
  }

  function sort(table, heads, head) {
    const down = head.getAttribute("aria-sort") === "ascending"
      || (head.getAttribute("aria-sort") === null && head.classList.contains("number"));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const column = head.cellIndex;
    const number = head.classList.contains("number");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row, key: number ? Number(value(row, column)) : value(row, column) }));
    const order = number ? (a, b) => a.key - b.key : (a, b) => compare(a.key, b.key);
    rows.sort(down ? (a, b) => order(b, a) : order);
    body.append(...rows.map(({ row }) => row));
  }

  function sortable(table) {
    const heads = Array.from(table.tHead.rows[0].cells).filter((head) => !("plain" in head.dataset));
    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sort(table, heads, head));
      head.replaceChildren(button);
    }
  }

  function filterable(table) {
    const rows = Array.from(table.tBodies[0].rows);
    if (rows.length < FEWEST_ROWS) return;
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const name = "filter-" + table.dataset.table.replace(/\W/g, "-");
    const label = document.createElement("label");
    label.className = "filter";
    label.append("Filter ");
    const input = document.createElement("input");
    input.type = "search";
    input.id = name;
    input.placeholder = "words that all occur in a row";
    input.autocomplete = "off";
    input.spellcheck = false;
    const status = document.createElement("span");
    status.className = "quiet";
    status.setAttribute("role", "status");
    label.append(input, " ", status);
    let waiting = 0;
    function filter() {
      const words = input.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
      let shown = 0;
      rows.forEach((row, at) => {
        row.hidden = !words.every((word) => texts[at].includes(word));
        if (!row.hidden) shown += 1;
      });
      status.textContent = words.length === 0 ? "" : shown + " of " + rows.length + " rows";
    }
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, rows.length > 1000 ? 150 : 0);
    });
    table.closest(".scroll").before(label);
  }

  for (const table of document.querySelectorAll("table[data-table]")) {
    sortable(table);
    filterable(table);
  }

  // On paper nothing can be opened.
  addEventListener("beforeprint", () => {
    for (const plan of document.querySelectorAll("details")) plan.open = true;
  });
})();
