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

// on a narrow window the facets begin folded
function fold() {
  const narrow = window.matchMedia("(max-width: 60rem)").matches;
  for (const details of document.querySelectorAll(".facets details")) details.open = !narrow;
}

const results = document.getElementById("results");
if (results) searchAsYouType(document.querySelector("form.search"), results);
const answer = document.getElementById("answer");
if (answer) explores(document.querySelector("form.explore"), answer);
for (const button of document.querySelectorAll("button.copy")) copies(button);
fold();
