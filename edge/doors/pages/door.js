// The live page: each new view has the server draw the moving part again; only what differs is swapped.
"use strict";

const hall = document.getElementById("hall");
const away = document.getElementById("away");
const spoken = document.getElementById("spoken");
let lastCall = newestCall()?.dataset.call;
const title = document.querySelector("title");
const ordinary = document.title;
let rung = new Set();
let sound = null;
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
  const parts = new Map([...fresh.children].map((part) => [part.id, part]));
  for (const before of [...hall.children]) if (!parts.has(before.id)) before.remove();
  let place = hall.firstElementChild;
  for (const part of parts.values()) {
    if (place?.id !== part.id) {
      hall.insertBefore(part, place);
      continue;
    }
    const next = place.nextElementSibling;
    if (place.outerHTML !== part.outerHTML) place.replaceWith(part);
    place = next;
  }
  while (place) {
    const next = place.nextElementSibling;
    place.remove();
    place = next;
  }
  announce();
  callForHelp();
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

// Somebody at a touch screen waits for a person: said in the tab's title, and by a sound where a browser lets it.
function callForHelp() {
  const helps = [...hall.querySelectorAll("[data-help]")].map((part) => part.dataset.help);
  document.title = helps.length ? `(${helps.length}) ${title.dataset.help} · ${ordinary}` : ordinary;
  if (helps.some((id) => !rung.has(id))) ring();
  rung = new Set(helps);
}

async function ring() {
  // Before the first touch of the page a browser allows no sound.
  if (!navigator.userActivation?.hasBeenActive) return;
  try {
    sound ??= new AudioContext();
    await sound.resume();
    for (const after of [0, 0.3, 0.6]) {
      const tone = new OscillatorNode(sound, { frequency: 880 });
      tone.connect(new GainNode(sound, { gain: 0.2 })).connect(sound.destination);
      tone.start(sound.currentTime + after);
      tone.stop(sound.currentTime + after + 0.15);
    }
  } catch {
    // No sound here: the line and the title say it.
  }
}

hall.addEventListener("click", async (event) => {
  const key = event.target.closest("[data-answer]");
  if (!key) return;
  key.disabled = true;
  try {
    const answer = await fetch(`/api/v1/hall/help/${encodeURIComponent(key.dataset.answer)}/answer`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ counter: key.dataset.counter }),
    });
    key.disabled = answer.ok;
  } catch {
    key.disabled = false;
  }
});

callForHelp();

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
