// A counter's page: the live picture, what to do about the page under the camera, and the ticket's pages.
"use strict";

const counter = document.body.dataset.counter;
const papers = document.getElementById("papers");
const away = document.getElementById("away");
const view = document.getElementById("view");
const answer = document.getElementById("answer");
const keep = document.getElementById("keep");
const auto = document.getElementById("auto");
const advice = document.getElementById("advice");
const api = `/api/v1/counters/${encodeURIComponent(counter)}`;
let item = "";
let material = "0";
let lastTaken = "";
let drawn = "";

async function post(path, body) {
  const said = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { ok: said.ok, body: await said.json() };
}

// --- the ticket's pages

async function refresh() {
  const said = await fetch(`/counter/${encodeURIComponent(counter)}?part=pages&item=${encodeURIComponent(item)}`);
  if (!said.ok) return;
  const html = await said.text();
  if (html === drawn) return;
  const before = ticket();
  drawn = html;
  papers.innerHTML = html;
  if (ticket() !== before) [item, material] = ["", "0"];
  choose(material);
}

function ticket() {
  return papers.querySelector("[data-ticket]")?.dataset.ticket ?? "";
}

function choose(number) {
  const wanted = papers.querySelector(`input[name=material][value="${number}"]`);
  const missing = papers.querySelector(".material.missing input[name=material]");
  const radio = number !== "0" && wanted ? wanted : missing ?? wanted;
  if (radio) radio.checked = true;
  material = radio ? radio.value : "0";
}

function meant() {
  const chosen = papers.querySelector("#item")?.value ?? "";
  return chosen ? { item: chosen, material: Number(material) } : {};
}

papers.addEventListener("change", async (event) => {
  const at = event.target;
  if (at.id === "item") {
    [item, material] = [at.value, "0"];
    await refresh();
  } else if (at.name === "material") {
    material = at.value;
  } else if ("move" in at.dataset) {
    const id = at.closest("[data-capture]").dataset.capture;
    const chosen = papers.querySelector("#item")?.value ?? "";
    tell(await post(`/api/v1/captures/${id}/move`, { counter, item: chosen, material: Number(at.value) }), "");
    await refresh();
  }
  if (auto?.checked) await setAuto();
});

papers.addEventListener("click", async (event) => {
  const at = event.target;
  if (!("remove" in at.dataset)) return;
  if (!at.classList.contains("sure")) {
    at.classList.add("sure");
    at.textContent = at.dataset.sure;
    return;
  }
  const id = at.closest("[data-capture]").dataset.capture;
  tell(await post(`/api/v1/captures/${id}/remove`, { counter }), "");
  await refresh();
});

// --- the camera

function tell(said, good) {
  answer.textContent = said.ok ? good : said.body.detail;
  answer.className = said.ok ? "good" : "bad";
}

async function take(check) {
  keep.hidden = true;
  answer.className = "";
  answer.textContent = answer.dataset.working;
  const said = await post(`${api}/captures`, { ...meant(), check });
  tell(said, answer.dataset.taken);
  keep.hidden = said.ok || said.body.reason !== "page_not_good";
  if (said.ok) {
    // By hand the next page is for what is missing now; pages taken by themselves stay with their material.
    material = auto.checked ? material : "0";
    await refresh();
  }
}

async function setAuto() {
  tell(await post(`${api}/camera/auto`, { on: auto.checked, ...meant() }), "");
}

function show(seen) {
  document.getElementById("dark").hidden = seen.camera;
  const notice = document.getElementById("notice");
  notice.textContent = seen.notice;
  notice.hidden = !seen.notice;
  auto.checked = seen.auto;
  const page = seen.pages[0];
  advice.textContent = page ? page.advice || advice.dataset.ready : seen.looked ? advice.dataset.empty : "";
  advice.className = `advice ${page ? (page.good ? "good" : "bad") : ""}`;
  if (seen.refused) tell({ ok: false, body: { detail: seen.refused } }, "");
  if (seen.taken !== lastTaken) {
    lastTaken = seen.taken;
    refresh();
  }
}

function look() {
  view.src = `${view.dataset.src}?${Date.now()}`;
}

if (document.body.dataset.camera) {
  document.getElementById("take").addEventListener("click", () => take(true));
  keep.addEventListener("click", () => take(false));
  auto.addEventListener("change", setAuto);
  view.addEventListener("error", () => setTimeout(look, 2000));
  look();
  const stream = new EventSource(`${api}/camera/stream`);
  stream.addEventListener("seen", (event) => show(JSON.parse(event.data)));
}

const hall = new EventSource("/api/v1/view/stream");
hall.addEventListener("view", (event) => {
  const mine = JSON.parse(event.data).counters.find((one) => one.id === counter);
  if (!away.hidden || (mine?.ticket?.id ?? "") !== ticket()) refresh();
  away.hidden = true;
});
hall.addEventListener("error", () => {
  away.hidden = false;
  if (hall.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
});
choose("0");
