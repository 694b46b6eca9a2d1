// Streamlit hands a text on when its field is left: a refresh before that would lose it, and so does a page change that
// overtakes it
const FIELDS = '[data-testid="stTextArea"] textarea, [data-testid="stTextInput"] input:not([type="password"])';
const IDLE = 600, LONGEST_WAIT = 2500, LOOK = 50; // ms
const typing = (window.throughlineTyping ??= { field: null, timer: 0, text: null, since: 0, seen: 0, saved: [], wanted: 0 });

function taken() {
  clearTimeout(typing.timer);
  const field = typing.field;
  typing.field = null;
  if (field) Object.assign(typing, { text: field.value, since: performance.now(), seen: typing.saved.at(-1)?.[0] ?? 0 });
  return field;
}

function handOn() {
  // an event of ours moves neither focus nor caret, and types no line break
  typing.ours = new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true });
  taken()?.dispatchEvent(typing.ours);
}

// the fields listen below the body, the shortcuts of buttons above it: a pause in typing must not press, and pay for, one
function keepFromShortcuts(event) {
  if (event === typing.ours) event.stopPropagation();
}

function note(event) {
  if (!event.target.matches?.(FIELDS) || event.target.closest('[data-testid="stForm"]')) return;
  clearTimeout(typing.timer);
  typing.field = event.isComposing ? null : event.target; // characters being composed are no text yet
  if (typing.field) typing.timer = setTimeout(handOn, IDLE);
}

function leave(event) {
  if (event.target !== typing.field) handOn();
}

function isOnItsWay() {
  const isSaved = typing.saved.some(([number, text]) => number > typing.seen && text === typing.text);
  if (isSaved || performance.now() - typing.since > LONGEST_WAIT) typing.text = null;
  return typing.text !== null;
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !isOnItsWay()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const go = () => (isOnItsWay() ? setTimeout(go, 25) : link.click());
  go();
}

// the field may be shown after us, and shown anew a moment later: it is gone to until it has the caret
function goTo(label, until) {
  const field = [...document.querySelectorAll("textarea")].find((one) => one.ariaLabel === label);
  if (field && document.activeElement === field) return;
  if (field) {
    field.scrollIntoView({ block: "center" });
    field.focus();
  }
  if (performance.now() < until) setTimeout(goTo, LOOK, label, until);
}

if (!typing.isWatching) {
  typing.isWatching = true;
  document.addEventListener("input", note);
  document.addEventListener("compositionend", note);
  document.addEventListener("focusout", taken); // Streamlit hands it on itself
  document.addEventListener("pointerdown", leave, true);
  document.body.addEventListener("keydown", keepFromShortcuts);
  document.addEventListener("click", follow, true);
  document.addEventListener("visibilitychange", handOn);
  window.addEventListener("pagehide", handOn);
}

export default function ({ data: [data] }) {
  typing.saved = data.saved;
  const [number, label] = data.wanted ?? [0, ""];
  if (number > typing.wanted) goTo(label, performance.now() + LONGEST_WAIT);
  typing.wanted = number;
}
