"use strict";
// Everything from the run is put into the page as text (textContent), never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const PAGE = 100;
const FATES = ["delivered", "filtered", "dead-lettered", "discarded", "undecided"];
const view = { terms: [], pipe: "", fate: "", order: "oldest", page: 0, found: [], open: new Set() };
const at = (id) => document.getElementById(id);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function clock(seconds) {
  const time = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  const thousandths = String(time.getMilliseconds()).padStart(3, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${thousandths}`;
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function text(record) {
  // What a search looks through, put together when it is needed first.
  record.text ??= [record.pipe, record.change, record.keys, record.fate, JSON.stringify(record.record),
    ...record.steps.map((step) => `${step[1]} ${step[2]}`)].join(" ").toLowerCase();
  return record.text;
}

function has(record, term) {
  const batch = /^batch:(\d+)$/.exec(term);
  return batch ? record.steps.some((step) => step[3] === Number(batch[1])) : text(record).includes(term);
}

function search() {
  const among = data.records.filter((record) => (!view.pipe || record.pipe === view.pipe)
    && view.terms.every((term) => has(record, term)));
  const fates = new Map(FATES.map((fate) => [fate, 0]));
  for (const record of among) fates.set(record.fate, (fates.get(record.fate) ?? 0) + 1);
  view.found = view.fate ? among.filter((record) => record.fate === view.fate) : among;
  if (view.order === "newest") view.found = view.found.toReversed();
  view.page = 0;
  showFates(among.length, fates);
  show();
}

function showFates(all, fates) {
  const buttons = [["", "all", all], ...[...fates].map(([fate, number]) => [fate, fate, number])];
  at("fates").replaceChildren(...buttons.map(([fate, name, number]) => {
    const button = element("button", `${name} ${number.toLocaleString("en")}`, fate);
    button.type = "button";
    button.dataset.fate = fate;
    button.setAttribute("aria-pressed", String(view.fate === fate));
    return button;
  }));
}

function show() {
  const start = view.page * PAGE;
  const rows = view.found.slice(start, start + PAGE);
  document.querySelector("#records tbody").replaceChildren(...rows.flatMap(rowsOf));
  at("records").hidden = !rows.length;
  at("nothing").hidden = rows.length > 0;
  at("nothing").textContent = data.records.length ? "No record matches." : "No record was read.";
  at("range").textContent = rows.length
    ? `${(start + 1).toLocaleString("en")} to ${(start + rows.length).toLocaleString("en")} of ${view.found.length.toLocaleString("en")}` : "";
  at("previous").disabled = view.page === 0;
  at("next").disabled = start + PAGE >= view.found.length;
}

function rowsOf(record) {
  const open = view.open.has(record);
  const row = element("tr", undefined, open ? "row open" : "row");
  const key = element("button", record.keys || "(no key)", "key");
  key.type = "button";
  key.setAttribute("aria-expanded", String(open));
  const cell = element("td");
  cell.append(key);
  // An attempt begins with the enrichment, where there is one.
  const begun = record.steps.some((step) => step[1] === "enriching") ? "enriching" : "invoked";
  const sent = record.steps.filter((step) => step[1] === begun).length;
  const fate = element("td");
  fate.append(element("span", record.fate, `fate ${record.fate}`));
  row.append(element("td", clock(record.time)), element("td", record.pipe), element("td", record.change), cell,
    element("td", String(sent), "number"), fate);
  row.addEventListener("click", () => {
    if (open) view.open.delete(record); else view.open.add(record);
    const made = rowsOf(record);
    if (open) row.nextSibling.remove();
    row.replaceWith(...made);
    made[0].querySelector(".key").focus();
  });
  return open ? [row, more(record)] : [row];
}

function more(record) {
  const row = element("tr", undefined, "more");
  const cell = element("td");
  cell.colSpan = 6;
  const steps = element("ol", undefined, "steps");
  steps.append(step(record.time, "read", `eventID ${record.record.eventID ?? "-"}`, null));
  for (const [time, word, detail, batch] of record.steps) steps.append(step(time, word, detail, batch));
  const whole = element("pre", JSON.stringify(record.record, null, 2));
  whole.tabIndex = 0;  // so that the keyboard can scroll it
  cell.append(steps, whole);
  row.append(cell);
  return row;
}

function step(time, word, detail, batch) {
  const item = element("li");
  const text = element("span", detail);
  if (batch !== null) {
    const button = element("button", `batch ${batch}`, "batch");
    button.type = "button";
    button.title = "Show every record of this batch";
    button.addEventListener("click", () => {
      at("search").value = `batch:${batch}`;
      at("search").dispatchEvent(new Event("input"));
    });
    text.append(button);
  }
  item.append(element("time", clock(time)), element("span", word, `word ${word.replaceAll(" ", "-")}`), text);
  return item;
}

function turn(pages) {
  view.page += pages;
  show();
  at("controls").scrollIntoView({ block: "start" });
}

function begin() {
  const first = new Date(data.began * 1000);
  const kept = count(data.records.length, "record");
  const gone = data.let_go ? `; ${count(data.let_go, "older record")} left out` : "";
  at("about").textContent = `${first.toLocaleString()}, ${Math.round(data.ended - data.began)} s: ${kept}${gone}`;
  for (const pipe of [...new Set(data.records.map((record) => record.pipe))].sort()) {
    const option = element("option", pipe);
    option.value = pipe;
    at("pipe").append(option);
  }
  if (data.notes.length) {
    at("notes").hidden = false;
    document.querySelector("#notes summary").textContent = count(data.notes.length, "note");
    document.querySelector("#notes ol").append(...data.notes.map(([time, pipe, word, detail]) =>
      element("li", `${clock(time)} ${pipe}: ${word} ${detail}`)));
  }
  at("search").addEventListener("input", () => {
    view.terms = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    search();
  });
  for (const name of ["pipe", "order"]) {
    at(name).addEventListener("change", () => { view[name] = at(name).value; search(); });
  }
  at("fates").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    view.fate = button.dataset.fate;
    search();
    at("fates").querySelector(`[data-fate="${view.fate}"]`).focus();
  });
  at("previous").addEventListener("click", () => turn(-1));
  at("next").addEventListener("click", () => turn(1));
  search();
}

begin();
