// GraphiQL in place of the plain form, where there is room for it; the form stays without scripts
"use strict";

const place = document.getElementById("graphiql");

function load(address) {
  return new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = loaded;
    script.onerror = failed;
    document.head.append(script);
  });
}

// its editors have no names, and what scrolls in them cannot be reached by the keyboard
function names() {
  for (const editor of place.querySelectorAll(".CodeMirror")) {
    const text = editor.querySelector("textarea");
    const told = editor.closest("[aria-label]")?.getAttribute("aria-label") || "Editor";
    if (text && !text.hasAttribute("aria-label")) text.setAttribute("aria-label", told);
    const scroll = editor.querySelector(".CodeMirror-scroll");
    if (scroll && scroll.tabIndex < 0) scroll.tabIndex = 0;
  }
}

async function shows() {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = place.dataset.style;
  document.head.append(style);
  for (const address of place.dataset.scripts.split(" ")) await load(address);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const wsClient = graphqlWs.createClient({ url: `${scheme}//${location.host}/graphql`, lazy: true });
  const asked = new URL(location).searchParams;
  const form = document.querySelector("form.explore");
  const given = asked.has("query")
    ? { query: asked.get("query"), variables: asked.get("variables") || "" }
    : { defaultQuery: form.elements.query.value };
  ReactDOM.render(
    React.createElement(GraphiQL, {
      ...given,
      fetcher: GraphiQL.createFetcher({ url: "/graphql", wsClient }),
      defaultEditorToolsVisibility: true,
    }),
    place,
  );
  new MutationObserver(names).observe(place, { childList: true, subtree: true });
  names();
  document.getElementById("plain").hidden = true;
  place.hidden = false;
}

if (matchMedia("(min-width: 60rem)").matches) shows().catch(() => { place.hidden = true; });
