"use strict";
// One question, one answer after the other. Whatever is asked for goes through `inTurn`, so that
// keys typed ahead of the server act on the answer that they were meant for.

const page = {
  question: null, // with its answers and items, as the server tells
  at: 0, // which of the answers is shown
  answer: null,
  draft: null, // { points, items, comment, seen, dirty }
  raw: false,
};
const typing = { timer: 0 };
const PAUSE = 1200; // milliseconds without a key after which a comment is saved
const RETRY = 3000;

let last = Promise.resolve();
function inTurn(work) {
  last = last.then(work).catch((error) => alarm(error.message));
  return last;
}

class Refused extends Error {
  constructor(status, told) {
    super(told.error || `The server refused (${status}).`);
    this.status = status;
    this.told = told;
  }
}

async function ask(what, query, body, options = {}) {
  const address = `/api/${what}?${new URLSearchParams(query)}`;
  const request = { ...options };
  if (body) {
    request.method = "POST";
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(address, request);
  } catch {
    throw new Error("The server does not answer: is `coursekit grade-by-hand` still running?");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

// What is said

function say(text) {
  element("status").textContent = text;
  element("alarm").textContent = "";
}

function alarm(text) {
  element("status").textContent = "";
  element("alarm").textContent = text;
}

function confirmed(text, yes, no) {
  const dialog = element("question-dialog");
  element("question-text").textContent = text;
  element("question-yes").textContent = yes;
  element("question-no").textContent = no;
  return new Promise((resolve) => {
    const done = (answer) => () => {
      dialog.onclose = null;
      dialog.close();
      resolve(answer);
    };
    element("question-yes").onclick = done(true);
    element("question-no").onclick = done(false);
    dialog.onclose = done(false);
    dialog.showModal();
    element("question-yes").focus();
  });
}

// What is shown

const entryAt = (index) => page.question.answers[index];

function drawProgress() {
  const { marked_answers: marked, total_answers: total } = page.question;
  element("progress").max = total;
  element("progress").value = marked;
  element("progress-text").textContent = `${marked} of ${total} marked`;
  document.title = `${marked}/${total} · ${page.question.title}`;
  const option = element("questions").selectedOptions[0];
  if (option) option.textContent = `${page.question.title} (${marked}/${total})`;
}

function drawEntryAt(index) {
  const entry = entryAt(index);
  const item = element("answers").children[index];
  item.hidden = element("only-unmarked").checked && entry.marked && index !== page.at;
  drawEntry(item.firstChild, entry, index + 1, index === page.at);
}

function drawEntries() {
  page.question.answers.forEach((_, index) => drawEntryAt(index));
}

function listEntries() {
  element("answers").replaceChildren(
    ...page.question.answers.map((_, index) => {
      const button = make("button", { type: "button" });
      button.onclick = () => inTurn(() => show(index));
      return make("li", {}, button);
    })
  );
}

function listChoices() {
  const { items, points: most } = page.question;
  element("items").replaceChildren(
    ...items.map((item, index) => {
      const worth = (item.points > 0 ? "+" : "") + amount(item.points).replace("-", "−");
      const button = make(
        "button",
        { type: "button", onclick: () => inTurn(() => toggle(index)) },
        key(index < 9 ? String(index + 1) : ""),
        make("span", { textContent: item.text }),
        make("span", { className: "worth", textContent: worth })
      );
      return button;
    })
  );
  const fixed = [["0", "None"], ["h", "Half"], ["f", items.length ? "All items" : "Full"]];
  element("shortcuts").replaceChildren(
    ...fixed
      .filter(([letter]) => letter !== "h" || !items.length)
      .map(([letter, text]) =>
        make(
          "button",
          { type: "button", onclick: () => inTurn(() => keyed(letter)) },
          `${text} `,
          key(letter)
        )
      )
  );
  element("points").max = most;
  element("of").textContent = `of ${amount(most)}`;
}

function drawMark() {
  const { draft } = page;
  page.question.items.forEach((item, index) => {
    const chosen = String(draft.items.includes(item.text));
    element("items").children[index].setAttribute("aria-pressed", chosen);
  });
  if (document.activeElement !== element("points")) {
    element("points").value = draft.points === null ? "" : amount(draft.points);
  }
  const spreads = page.answer.alike_unmarked > 0 && entryAt(page.at).marked;
  element("spread").hidden = !spreads;
  element("spread").replaceChildren(
    `Same mark for ${plural(page.answer.alike_unmarked, "other answer", "other answers")} like this `,
    key("g")
  );
}

function drawNotices() {
  const { answer, draft } = page;
  const entry = entryAt(page.at);
  const notices = [];
  if (entry.stale) notices.push("The answer has changed since it was marked: look again.");
  if (answer.alike) {
    const same = answer.blank ? ["is blank too", "are blank too"] : ["says the same", "say the same"];
    const others = plural(answer.alike, `other answer ${same[0]}`, `other answers ${same[1]}`);
    notices.push(`${others}, ${answer.alike_unmarked} unmarked.`);
  }
  if (answer.characters > 20000) {
    notices.push(`${answer.characters.toLocaleString("en")} characters: only the beginning is shown.`);
  }
  const known = new Set(page.question.items.map((item) => item.text));
  const former = draft.items.filter((text) => !known.has(text));
  if (former.length) notices.push(`Marked with an earlier rubric: ${former.join("; ")}.`);
  element("notices").textContent = notices.join(" ");
}

function drawTitle() {
  const place = `${page.at + 1} of ${page.question.answers.length}`;
  const { name } = entryAt(page.at);
  element("answer-title").replaceChildren(
    ...(name === null ? [`Answer ${place}`] : [make("bdi", { textContent: name }), ` · ${place}`])
  );
}

function drawText() {
  drawAnswer(page.answer, page.raw);
  element("raw-button").hidden = !page.answer.html;
  element("raw-button").setAttribute("aria-pressed", String(page.raw));
}

function adopt(mark) {
  page.draft = {
    points: mark ? mark.points : null,
    items: mark ? [...mark.items] : [],
    comment: mark ? mark.comment : "",
    seen: mark ? mark.act : "",
    dirty: false,
  };
  element("comment").value = page.draft.comment;
  const by = mark && mark.points !== null ? `Marked by ${mark.who}, ${when(mark.when)}.` : "";
  say(by);
}

const when = (iso) => new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

// Where we are

function remember() {
  const place = new URLSearchParams({ question: page.question.name, answer: entryAt(page.at).id });
  if (element("names").checked) place.set("names", "1");
  history.replaceState(null, "", `#${place}`);
}

async function show(index) {
  if (!(await saved())) return;
  const id = entryAt(index).id;
  const answer = await ask("answer", { question: page.question.name, id });
  if (!(await saved())) return; // something was typed while we asked
  const before = page.at;
  page.at = index;
  page.answer = answer;
  Object.assign(entryAt(index), state(answer));
  adopt(answer.mark);
  drawTitle();
  drawText();
  drawNotices();
  drawMark();
  drawEntryAt(before);
  drawEntryAt(index);
  element("answers").children[index].scrollIntoView({ block: "nearest", inline: "nearest" });
  document.querySelector(".answer").scrollTop = 0;
  window.scrollTo(0, 0);
  if (!document.activeElement.closest(".steps")) element("answer").focus({ preventScroll: true });
  remember();
}

const state = ({ points_given, marked, stale, commented }) => ({
  points_given, marked, stale, commented,
});

async function open(name, wanted = "") {
  if (page.question && !(await saved())) return;
  const names = element("names").checked ? "1" : "";
  page.question = await ask("question", { question: name, names });
  page.raw = false;
  element("questions").value = name;
  element("mark-title").textContent = page.question.title;
  element("rubric").replaceChildren(inert(page.question.rubric));
  listEntries();
  listChoices();
  drawProgress();
  const found = page.question.answers.findIndex((entry) => entry.id === wanted);
  const unmarked = page.question.answers.findIndex((entry) => !entry.marked);
  page.at = Math.max(0, found >= 0 ? found : unmarked);
  drawEntries();
  await show(page.at);
}

async function step(by) {
  const only = element("only-unmarked").checked;
  let index = page.at + by;
  while (only && entryAt(index) && entryAt(index).marked) index += by;
  if (entryAt(index)) return show(index);
  say(by > 0 ? "This is the last answer." : "This is the first answer.");
}

async function nextUnmarked() {
  const { answers } = page.question;
  if (!(await saved())) return;
  for (let away = 1; away <= answers.length; away++) {
    const index = (page.at + away) % answers.length;
    if (!answers[index].marked) return show(index);
  }
  say(`All ${answers.length} answers are marked.`);
}

// Marks

function take({ changed, marked_answers, total_answers }) {
  Object.assign(page.question, { marked_answers, total_answers });
  const places = new Map(page.question.answers.map((entry, index) => [entry.id, index]));
  for (const entry of changed) {
    const index = places.get(entry.id);
    if (index === undefined) continue;
    Object.assign(entryAt(index), state(entry));
    drawEntryAt(index);
  }
  drawProgress();
}

const body = () => ({
  question: page.question.name,
  id: entryAt(page.at).id,
  points: page.draft.points,
  comment: page.draft.comment,
  items: page.draft.items,
  seen: page.draft.seen,
});

// Save what is not saved yet; false when it cannot be, and then we stay where we are.
async function saved() {
  clearTimeout(typing.timer);
  const { draft } = page;
  if (!draft || !draft.dirty) return true;
  draft.dirty = false;
  try {
    const told = await ask("mark", {}, body());
    draft.seen = told.changed[0].mark.act;
    take(told);
    const points = told.changed[0].mark.points;
    say(points === null ? "Comment saved; no points yet." : `Saved: ${amount(points)} points.`);
    drawNotices();
    drawMark();
    return true;
  } catch (error) {
    draft.dirty = true;
    if (error.status === 409) return settled(error.told.mark);
    alarm(`Not saved. ${error.message}`);
    if (!(error instanceof Refused)) typing.timer = setTimeout(() => inTurn(saved), RETRY);
    return false;
  }
}

// Two people marked the same answer: one of them says which mark stays.
async function settled(theirs) {
  const points = theirs && theirs.points !== null ? `${amount(theirs.points)} points` : "no points";
  const who = theirs ? theirs.who : "Somebody";
  const comment = theirs && theirs.comment ? `, “${theirs.comment.slice(0, 200)}”` : "";
  const text = `${who} gave this answer ${points} meanwhile${comment}. Which mark counts?`;
  if (await confirmed(text, "Mine", "Theirs")) {
    page.draft.seen = theirs ? theirs.act : "";
    return saved();
  }
  adopt(theirs);
  await show(page.at);
  return true;
}

async function change(values) {
  Object.assign(page.draft, values, { dirty: true });
  drawMark();
  await saved();
}

function within(points) {
  return Math.min(page.question.points, Math.max(0, Math.round(points * 1e6) / 1e6));
}

async function choose(items) {
  const known = page.question.items.filter((item) => items.includes(item.text));
  const sum = known.reduce((total, item) => total + item.points, 0);
  await change({ items: known.map((item) => item.text), points: within(sum) });
}

async function toggle(index) {
  const { text } = page.question.items[index];
  const { items } = page.draft;
  await choose(items.includes(text) ? items.filter((other) => other !== text) : [...items, text]);
}

async function keyed(key) {
  const { items, points: most } = page.question;
  if (key === "f" && items.length) {
    await choose(items.filter((item) => item.points > 0).map((item) => item.text));
  } else if (key === "f") {
    await change({ points: most });
  } else if (key === "h") {
    if (!items.length) await change({ points: most / 2 });
  } else if (key === "0") {
    await change({ items: [], points: 0 });
  } else if (items.length) {
    if (Number(key) <= items.length) await toggle(Number(key) - 1);
  } else if (Number(key) <= most) {
    await change({ points: Number(key) });
  } else {
    say(`This question has ${plural(most, "point", "points")}.`);
  }
}

// What is typed is kept in the draft at once, and saved when the typing pauses or ends.
function typed(values) {
  Object.assign(page.draft, values, { dirty: true });
  say("");
  clearTimeout(typing.timer);
  typing.timer = setTimeout(() => inTurn(saved), PAUSE);
}

function typedPoints() {
  const field = element("points");
  if (field.checkValidity()) typed({ points: field.value === "" ? null : Number(field.value) });
  else alarm(`Points from 0 to ${amount(page.question.points)} were expected.`);
}

async function spread() {
  if (!(await saved()) || element("spread").hidden) return;
  const points = `${amount(page.draft.points)} points`;
  const others = page.answer.blank
    ? plural(page.answer.alike_unmarked, "other blank answer", "other blank answers")
    : plural(page.answer.alike_unmarked, "other answer like this", "other answers like this");
  const comment = page.draft.comment ? " and the same comment" : "";
  const text = `Give ${points}${comment} to ${others}? Marked answers stay as they are.`;
  if (!(await confirmed(text, "Yes, mark them", "No"))) return;
  const told = await ask("spread", {}, { question: page.question.name, id: entryAt(page.at).id });
  page.answer.alike_unmarked = 0;
  take(told);
  drawNotices();
  drawMark();
  say(`Saved: ${points} for ${plural(told.changed.length, "more answer", "more answers")}.`);
}

async function undo() {
  if (!(await saved())) return;
  const told = await ask("undo", {}, { question: page.question.name });
  take(told);
  const ids = told.changed.map((entry) => entry.id);
  const here = ids.includes(entryAt(page.at).id);
  const index = page.question.answers.findIndex((entry) => entry.id === ids[0]);
  await show(here ? page.at : index);
  say(`Undone: ${plural(ids.length, "answer is", "answers are")} as before.`);
}

// Keys, clicks and leaving

function showHelp() {
  element("help").showModal();
}

function flipOnly() {
  element("only-unmarked").checked = !element("only-unmarked").checked;
  drawEntries();
}

function flipRaw() {
  if (!page.answer.html) return;
  page.raw = !page.raw;
  drawText();
}

const KEYS = {
  j: () => step(1),
  ArrowRight: () => step(1),
  k: () => step(-1),
  ArrowLeft: () => step(-1),
  n: nextUnmarked,
  u: undo,
  g: spread,
  m: flipOnly,
  r: flipRaw,
  c: () => element("comment").focus(),
  p: () => element("points").select(),
  "?": showHelp,
};

function typesInto(target) {
  return target.matches("textarea, select, input:not([type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (typesInto(event.target)) return;
  const act = /^[0-9fh]$/.test(event.key) ? () => keyed(event.key) : KEYS[event.key];
  if (!act || (event.repeat && !/^([jk]|Arrow.*)$/.test(event.key))) return;
  event.preventDefault();
  inTurn(act);
});

element("comment").addEventListener("input", () => typed({ comment: element("comment").value }));
element("comment").addEventListener("change", () => inTurn(saved));
element("comment").addEventListener("keydown", (event) => {
  if (event.key === "Escape") element("answer").focus({ preventScroll: true });
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) inTurn(nextUnmarked);
});
element("points").addEventListener("input", typedPoints);
element("points").addEventListener("change", () => inTurn(saved));
element("points").addEventListener("keydown", (event) => {
  if (["Enter", "Escape"].includes(event.key)) element("answer").focus({ preventScroll: true });
});

element("previous").onclick = () => inTurn(() => step(-1));
element("next").onclick = () => inTurn(() => step(1));
element("next-unmarked").onclick = () => inTurn(nextUnmarked);
element("undo").onclick = () => inTurn(undo);
element("spread").onclick = () => inTurn(spread);
element("raw-button").onclick = flipRaw;
element("help-button").onclick = showHelp;
element("only-unmarked").onchange = drawEntries;
element("names").onchange = () =>
  inTurn(() => open(page.question.name, entryAt(page.at).id));
element("questions").onchange = () => {
  const name = element("questions").value;
  inTurn(() => open(name));
};

// The page goes away, perhaps for good: what is typed is sent along.
window.addEventListener("pagehide", () => {
  if (page.draft && page.draft.dirty) ask("mark", {}, body(), { keepalive: true }).catch(() => {});
});
window.addEventListener("beforeunload", (event) => {
  if (page.draft && page.draft.dirty && element("alarm").textContent) event.preventDefault();
});

inTurn(async () => {
  const place = new URLSearchParams(location.hash.slice(1));
  const told = await ask("questions", {});
  element("assignment").textContent = told.assignment;
  element("questions").replaceChildren(
    ...told.questions.map(({ name, title, marked_answers: marked, total_answers: total }) =>
      make("option", { value: name, textContent: `${title} (${marked}/${total})` })
    )
  );
  const { question, names } = document.body.dataset;
  element("names").checked = Boolean(place.get("names") || (names && !location.hash));
  const wanted = [place.get("question"), question, told.questions[0].name];
  const known = new Set(told.questions.map((one) => one.name));
  drawHelp();
  await open(wanted.find((name) => known.has(name)), place.get("answer") || "");
});
