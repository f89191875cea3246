/* Live updates. Contract: [data-live="/ws/live/"] names the socket of a signed-in person; its data-live-state is
   "connecting", "live", "lost" or "over", and its child [data-when="lost"] or [data-when="over"] is shown then.

   On `document`:  live:ticket {number, kind, event}   a ticket changed that this person may see
                   live:notice                  there is a new notice
                   live:presence {number, people}   who else of the desk is on a ticket that this page watches
                   live:joined                  a new connection: what was said on the one before is forgotten there
                   live:lost                    cut off: what was said of others may no longer be so
                   live:resync                  something may have been missed: ask again for what the page shows;
                                                comes again and again while the page is cut off
   The same as live-ticket, live-notice and live-resync on <body>, for hx-trigger="live-ticket from:body".
   tell(frame) says something to the server, if there is a connection; notifications/frames.py lists what it may be.

   Frames carry numbers and kinds, never contents. After a lost connection the page names the last event it heard of
   and is told what came after it. A ping goes through Redis and back: where it stays unanswered the page is cut off,
   whatever the socket says. */
const PING_EVERY_MS = 15_000;
const PONG_WITHIN_MS = 4_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const POLL_EVERY_MS = 20_000;
const SHOWN_AFTER_MS = 4_000;
const SIGNED_OUT = 4401;
const MOST_REMEMBERED = 500;

const mark = document.querySelector("[data-live]");
const madeAt = document.querySelector('meta[name="server-time"]')?.content;
const heard = new Set();
let socket = null;
let failures = 0;
let refusals = 0;
let lastEvent = 0;
let isOver = false;
let reconnection, ping, pong, poll, showing;

function dispatch(name, detail) {
  document.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
  document.body.dispatchEvent(new CustomEvent(`live-${name}`, { detail }));
}

export function tell(frame) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
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
    // A new password or role gave this browser a new session: the second refusal is meant.
    if (event.code === SIGNED_OUT && ++refusals > 1) isOver = true;
    lose();
  });
}

function hear(message) {
  if (message.type === "ready") join();
  else if (message.type === "resumed") failures = refusals = 0;
  else if (message.type === "pong") clearTimeout(pong);
  else if (message.type === "ticket.changed") hearOf(message);
  else if (message.type === "notice.added") dispatch("notice");
  else if (message.type === "presence") dispatch("presence", { number: message.number, people: message.people });
  else if (message.type === "resync") dispatch("resync");
}

function hearOf({ event, number, kind }) {
  if (heard.has(event)) return;
  heard.add(event);
  if (heard.size > MOST_REMEMBERED) heard.delete(heard.values().next().value);
  lastEvent = Math.max(lastEvent, event);
  dispatch("ticket", { number, kind, event });
}

function join() {
  clearInterval(poll);
  poll = undefined;
  clearTimeout(showing);
  show("live");
  clearInterval(ping);
  ping = setInterval(() => {
    clearTimeout(pong);
    pong = setTimeout(lose, PONG_WITHIN_MS);
    tell({ type: "ping" });
  }, PING_EVERY_MS);
  tell({ type: "resume", ...(lastEvent ? { after: lastEvent } : { since: madeAt }) });
  dispatch("joined");
}

function lose() {
  const old = socket;
  socket = null;
  old?.close();
  clearInterval(ping);
  clearTimeout(pong);
  clearTimeout(showing);
  dispatch("lost");
  if (isOver) {
    clearInterval(poll);
    return show("over");
  }
  poll ??= setInterval(() => {
    if (document.visibilityState === "visible") dispatch("resync");
  }, POLL_EVERY_MS);
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
