/* Live updates. Contract: [data-live="/ws/live/"] names the socket of a signed-in person; its data-live-state is
   "connecting", "live" or "lost", and its child [data-when="lost"] is shown while the page is cut off.

   On `document`:  live:ticket {number, kind}   a ticket changed that this person may see
                   live:notice                  there is a new notice
                   live:resync                  something may have been missed: ask again for what the page shows;
                                                comes after a reconnection, and every half minute while cut off
   The same as live-ticket, live-notice and live-resync on <body>, for hx-trigger="live-ticket from:body".

   Frames carry numbers and kinds, never contents. A ping goes through Redis and back: where it stays unanswered the
   page is cut off, whatever the socket says. */
const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const POLL_EVERY_MS = 30_000;
const SHOWN_AFTER_MS = 4_000;
const SIGNED_OUT = 4401;

const mark = document.querySelector("[data-live]");
let socket = null;
let failures = 0;
let wasCutOff = false;
let isOver = false;
let reconnection, ping, pong, poll, showing;

function dispatch(name, detail) {
  document.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
  document.body.dispatchEvent(new CustomEvent(`live-${name}`, { detail }));
}

function connect() {
  clearTimeout(reconnection);
  if (socket || isOver) return;
  const address = new URL(mark.dataset.live, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(address);
  socket = mine;
  mine.addEventListener("message", (event) => {
    if (mine === socket) hear(JSON.parse(event.data));
  });
  mine.addEventListener("close", (event) => {
    if (mine !== socket) return;
    if (event.code === SIGNED_OUT) isOver = true;
    lose();
  });
}

function hear(message) {
  if (message.type === "ready") join();
  else if (message.type === "pong") clearTimeout(pong);
  else if (message.type === "ticket.changed") dispatch("ticket", { number: message.number, kind: message.kind });
  else if (message.type === "notice.added") dispatch("notice");
  else if (message.type === "resync") dispatch("resync");
}

function join() {
  failures = 0;
  clearInterval(poll);
  poll = undefined;
  clearTimeout(showing);
  show("live");
  clearInterval(ping);
  ping = setInterval(() => {
    clearTimeout(pong);
    pong = setTimeout(lose, PONG_WITHIN_MS);
    socket.send('{"type":"ping"}');
  }, PING_EVERY_MS);
  if (wasCutOff) dispatch("resync");
  wasCutOff = false;
}

function lose() {
  const old = socket;
  socket = null;
  old?.close();
  clearInterval(ping);
  clearTimeout(pong);
  if (isOver) return show("connecting");
  wasCutOff = true;
  poll ??= setInterval(() => {
    if (document.visibilityState === "visible") dispatch("resync");
  }, POLL_EVERY_MS);
  clearTimeout(showing);
  if (mark.dataset.liveState !== "lost") showing = setTimeout(show, SHOWN_AFTER_MS, "lost");
  // Half by chance, so that a restarted server does not hear from everybody at once.
  const wait = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
  failures += 1;
  clearTimeout(reconnection);
  reconnection = setTimeout(connect, wait);
}

function show(state) {
  mark.dataset.liveState = state;
  for (const word of mark.querySelectorAll("[data-when]")) word.hidden = word.dataset.when !== state;
}

if (mark) {
  connect();
  addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connect();
  });
  // A page in the back/forward cache must not hold a socket.
  addEventListener("pagehide", () => {
    if (socket) lose();
    clearTimeout(reconnection);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) connect();
  });
}
