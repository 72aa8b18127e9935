// The pairing page: a code becomes this browser's cookie, and the browser goes to what it was paired for.
"use strict";

const form = document.getElementById("pair");
const code = document.getElementById("code");
const answer = document.getElementById("answer");
const button = form.querySelector("button");

function go(paired) {
  location.replace(paired?.counter ? `/counter/${encodeURIComponent(paired.counter)}` : "/");
}

function say(text, bad) {
  answer.textContent = text;
  answer.className = bad ? "bad" : "";
}

// Whoever comes from a link of another page shows no cookie at first, and is paired all the same.
async function look() {
  const said = await fetch("/api/v1/paired");
  if (said.ok) go((await said.json()).paired);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  say(form.dataset.working, false);
  try {
    const said = await fetch("/api/v1/pair", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: code.value, cookie: true }),
    });
    const told = await said.json();
    if (said.ok) return go(told.paired);
    say(told.detail, true);
    code.select();
  } catch {
    say(form.dataset.away, true);
  } finally {
    button.disabled = false;
  }
});

look().catch(() => say(form.dataset.away, true));
