// The live page: each new view has the server draw the moving part again; only what differs is swapped.
"use strict";

const hall = document.getElementById("hall");
const away = document.getElementById("away");
const spoken = document.getElementById("spoken");
let lastCall = newestCall()?.dataset.call;
let busy = false;
let again = false;

function newestCall() {
  return hall.querySelector("[data-call]");
}

async function refresh() {
  again = true;
  if (busy) return;
  busy = true;
  while (again) {
    again = false;
    try {
      const answer = await fetch("/?part=hall");
      if (answer.ok) swap(await answer.text());
    } catch {
      // The stream notices as well, and says so.
    }
  }
  busy = false;
}

function swap(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const old = new Map([...hall.children].map((part) => [part.id, part]));
  for (const part of [...fresh.children]) {
    const before = old.get(part.id);
    old.delete(part.id);
    if (!before) hall.append(part);
    else if (before.outerHTML !== part.outerHTML) before.replaceWith(part);
  }
  for (const gone of old.values()) gone.remove();
  announce();
}

function announce() {
  const call = newestCall();
  if (!call || call.dataset.call === lastCall) return;
  lastCall = call.dataset.call;
  call.classList.add("fresh");
  spoken.textContent = spoken.dataset.phrase
    .replace("{number}", call.dataset.number)
    .replace("{counter}", call.dataset.counter);
}

const stream = new EventSource("/api/v1/view/stream");
stream.addEventListener("view", () => {
  away.hidden = true;
  refresh();
});
stream.addEventListener("error", () => {
  away.hidden = false;
  if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
});

// What changes without a view: the line to the county, the box, the clock's hands.
setInterval(() => {
  if (away.hidden) refresh();
}, 15000);
