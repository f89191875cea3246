/* A running stopwatch. Contract:
     <b data-since="2026-07-13T09:00:00Z">00:12:05</b>   shows the time since then, second by second
   It runs on the server's clock; the element may come and go. */
import { serverNow } from "./clock.js";

const two = (number) => String(number).padStart(2, "0");

function show() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((serverNow() - Date.parse(element.dataset.since)) / 1000));
    element.textContent = [seconds / 3600, (seconds % 3600) / 60, seconds % 60].map((part) => two(Math.floor(part))).join(":");
  }
}

setInterval(show, 1000);
