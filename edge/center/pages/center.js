"use strict";
// The page drawn anew every five seconds by the server; without script it is still a page.
const EVERY_MS = 5000;
const moving = document.getElementById("moving");
const away = document.getElementById("away");

async function again() {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (answer.redirected) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    moving.replaceChildren(...page.getElementById("moving").childNodes);
    away.hidden = true;
  } catch {
    away.hidden = false;
  }
}

if (location.pathname !== "/login") setInterval(again, EVERY_MS);
