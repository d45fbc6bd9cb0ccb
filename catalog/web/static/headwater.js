// Results as you type, copy buttons, and queries without leaving the page. Every page works without it.
"use strict";

const WAIT = 120; // milliseconds of silence before a search

function searchAsYouType(form, results) {
  const box = form.elements.q;
  let waiting = 0;
  let asked = null;

  async function search() {
    const query = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...query]) if (!value) query.delete(name);
    const address = "/?" + query;
    history.replaceState(null, "", query.size ? address : "/");
    if (asked) asked.abort();
    asked = new AbortController();
    query.set("fragment", "1");
    try {
      const answer = await fetch("/?" + query, { signal: asked.signal });
      if (!answer.ok) return;
      // the fragment is our own template, which escapes all that came from data
      results.innerHTML = await answer.text();
      fold();
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, WAIT);
  });
  form.elements.order.addEventListener("change", search);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    search();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      box.focus();
    }
  });
}

function copies(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it and copy";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });
}

function explores(form, answer) {
  async function run() {
    let variables = null;
    try {
      const text = form.elements.variables.value.trim();
      variables = text ? JSON.parse(text) : null;
    } catch (error) {
      answer.textContent = "variables are not JSON: " + error.message;
      return;
    }
    const began = performance.now();
    try {
      const reply = await fetch("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ query: form.elements.query.value, variables }),
      });
      answer.textContent = JSON.stringify(await reply.json(), null, 2);
      answer.title = Math.round(performance.now() - began) + " ms";
    } catch (error) {
      answer.textContent = "the service did not answer: " + error.message;
    }
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); }
  });
}

// runs and jobs as they go on: told of jobs over a socket, looked at every few seconds for runs
function follows(live) {
  const fragment = new URL(location);
  fragment.searchParams.set("fragment", "1");
  let asking = false;
  let again = false;
  let shown = null;

  async function look() {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const reply = await fetch(fragment);
      const text = reply.ok ? await reply.text() : shown;
      if (text !== shown && (shown !== null || text !== null)) {
        shown = text;
        live.innerHTML = text; // our own template, which escapes all that came from data
        cancels(live);
        for (const button of live.querySelectorAll("button.copy")) copies(button);
      }
    } catch { /* the service is away; the next look tells */ }
    asking = false;
    if (again) { again = false; look(); }
  }

  function listen() {
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/graphql", "graphql-transport-ws");
    const say = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => say({ type: "connection_init" });
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "connection_ack") {
        say({ type: "subscribe", id: "jobs", payload: { query: "subscription { catalogEvents(kinds: [JOB_PROGRESSED]) { kind } }" } });
        live.dataset.following = "";
        look();
      } else if (message.type === "next") look();
    };
    socket.onclose = () => { delete live.dataset.following; setTimeout(listen, 5000); };
  }

  cancels(live);
  listen();
  setInterval(() => { if (!document.hidden) look(); }, 4000);
}

function cancels(live) {
  for (const button of live.querySelectorAll("button.cancel")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      const query = "mutation($id: ID!) { cancelJob(input: {id: $id}) { errors { message } } }";
      const reply = await fetch("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables: { id: button.dataset.job } }),
      });
      const errors = (await reply.json()).data?.cancelJob.errors ?? [];
      if (errors.length) button.textContent = errors[0].message;
    });
  }
}

// a link to a type of the API opens what is said of it
function opens() {
  const target = location.hash.startsWith("#type-") && document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
}

// on a narrow window the facets begin folded
function fold() {
  const narrow = window.matchMedia("(max-width: 60rem)").matches;
  for (const details of document.querySelectorAll(".facets .all")) details.open = !narrow;
}

// what is meant stands in view: the chosen tab, and the source itself in its lineage
function shows(box, chosen, margin) {
  if (!chosen) return;
  const hidden = chosen.getBoundingClientRect().right + margin - box.getBoundingClientRect().right;
  if (hidden > 0) box.scrollLeft += hidden;
}

// a long list of columns narrowed down to those that are called so
function narrows(box) {
  const rows = [...document.querySelectorAll("#" + box.dataset.narrows + " > tbody > tr")];
  const told = box.parentElement.querySelector("[role=status]");
  box.parentElement.hidden = false;
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/);
    let left = 0;
    for (const row of rows) {
      const name = row.cells[0].textContent.toLowerCase();
      row.hidden = !words.every((word) => name.includes(word));
      left += !row.hidden;
    }
    told.textContent = box.value.trim() ? left + " of " + rows.length : "";
  });
}

const results = document.getElementById("results");
if (results) searchAsYouType(document.querySelector("form.search"), results);
const answer = document.getElementById("answer");
if (answer) explores(document.querySelector("form.explore"), answer);
for (const button of document.querySelectorAll("button.copy")) copies(button);
const live = document.getElementById("live");
if (live) follows(live);
for (const box of document.querySelectorAll("[data-narrows]")) narrows(box);
for (const tabs of document.querySelectorAll(".tabs")) shows(tabs, tabs.querySelector("[aria-current]"), 60);
for (const river of document.querySelectorAll(".river-box")) shows(river, river.querySelector(".here"), 12);
addEventListener("hashchange", opens);
opens();
fold();
