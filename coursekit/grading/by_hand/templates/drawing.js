"use strict";
// Elements for the page. Texts go in as text; what a student wrote goes through `inert`.

const element = (id) => document.getElementById(id);

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// The name of a key; screen readers have no use for it within a label.
const key = (name) => make("kbd", { textContent: name, ariaHidden: "true" });

const ALLOWED = new Set(
  ("P H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE CODE EM STRONG S HR BR SPAN TABLE THEAD TBODY TR TH TD")
    .split(" ")
);
const CLASSES = new Set(["link", "math", "formula"]);

// A second fence: the server's HTML is copied element by element, and only harmless ones.
function inert(html) {
  const copy = (from, to) => {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) {
        to.append(node.data);
      } else if (node.nodeType === Node.ELEMENT_NODE && ALLOWED.has(node.tagName)) {
        const made = document.createElement(node.tagName);
        if (CLASSES.has(node.className)) made.className = node.className;
        copy(node, made);
        to.append(made);
      }
    }
    return to;
  };
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return copy(parsed.body, document.createDocumentFragment());
}

const amount = (points) => String(Math.round(points * 1000) / 1000);
const plural = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

function picture(address, number, count) {
  if (!address) {
    return make("p", {
      className: "notice",
      textContent: `Picture ${number} is not shown: it is no PNG or JPEG of reasonable size.`,
    });
  }
  return make("img", { src: address, alt: `The student's picture ${number} of ${count}` });
}

function drawAnswer(answer, raw) {
  const parts = [];
  answer.pictures.forEach((address, index) =>
    parts.push(picture(address, index + 1, answer.pictures.length))
  );
  if (answer.more_pictures) {
    const text = `${plural(answer.more_pictures, "more picture is", "more pictures are")} not shown.`;
    parts.push(make("p", { className: "notice", textContent: text }));
  }
  if (answer.blank) {
    parts.push(make("p", { className: "notice", textContent: "Nothing was written here." }));
  } else if (raw || !answer.html) {
    parts.push(make("pre", { className: "raw", textContent: answer.raw }));
  } else {
    parts.push(make("div", { className: "text" }, inert(answer.html)));
  }
  element("answer").replaceChildren(...parts);
}

function stateOf(entry) {
  if (entry.stale) return { sign: "changed", label: "changed since it was marked" };
  if (entry.marked) {
    const points = amount(entry.points_given);
    return { sign: points, label: `${points} points` };
  }
  return { sign: entry.commented ? "…" : "–", label: "unmarked" };
}

function drawEntry(button, entry, number, current) {
  const { sign, label } = stateOf(entry);
  const name = entry.name ?? `Answer ${number}`;
  button.replaceChildren(
    make("bdi", { textContent: entry.name ?? number }),
    make("span", { className: "sign", textContent: sign })
  );
  button.classList.toggle("marked", entry.marked);
  button.classList.toggle("stale", entry.stale);
  button.setAttribute("aria-label", `${name}, ${label}`);
  if (current) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
}

const HELP = [
  ["1 … 9", "choose or drop a rubric item; without a rubric: give so many points"],
  ["0", "no points"],
  ["f", "full points"],
  ["h", "half the points (without a rubric)"],
  ["p", "type the points"],
  ["c", "comment; Esc leaves it, Ctrl+Enter goes to the next unmarked answer"],
  ["j  →", "next answer"],
  ["k  ←", "previous answer"],
  ["n", "next unmarked answer"],
  ["m", "step over marked answers, or not"],
  ["g", "give this mark to all unmarked answers that say the same"],
  ["u", "undo your last mark for this question, also after a reload"],
  ["r", "the text as it was typed, or laid out"],
  ["?", "this help"],
];

function drawHelp() {
  element("help-keys").replaceChildren(
    ...HELP.flatMap(([keys, text]) => [
      make("dt", {}, ...keys.split("  ").map((name) => make("kbd", { textContent: name }))),
      make("dd", { textContent: text }),
    ])
  );
}
