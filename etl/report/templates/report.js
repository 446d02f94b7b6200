"use strict";
// Everything here is convenience: the page reads without it.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const views = all("main > .view");
  const articles = all("article.a");
  const filters = byId("filters");
  root.classList.add("js");

  const say = (words) => { byId("said").textContent = words; };

  // --- views: one at a time
  const links = all("nav.views a");
  function show(id) {
    if (views.length < 2 || !views.some((view) => view.id === id)) return;
    for (const view of views) view.hidden = view.id !== id;
    for (const link of links) {
      if (link.getAttribute("href") === "#" + id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  // --- filters: articles that fit, and within them the changes that fit
  const text = new WeakMap();
  function words(article) {
    if (!text.has(article)) text.set(article, article.textContent.toLowerCase());
    return text.get(article);
  }
  function chosen() {
    const values = {};
    if (!filters) return values;
    for (const select of all("[data-filter]", filters)) values[select.dataset.filter] = select.value;
    return values;
  }
  function fits(element, wanted) {
    return (!wanted.r || element.dataset.r === wanted.r) && (!wanted.k || element.dataset.k === wanted.k);
  }
  function filter() {
    if (!filters) return;
    const wanted = chosen();
    const searched = byId("search").value.trim().toLowerCase();
    let count = 0;
    for (const article of articles) {
      const found = (!wanted.p || article.dataset.p === wanted.p) && (!wanted.s || article.dataset.s === wanted.s)
        && ((!wanted.r && !wanted.k) || all("[data-r]", article).some((one) => fits(one, wanted)))
        && (!searched || words(article).includes(searched));
      article.hidden = !found;
      count += found;
      for (const block of all(".b, .x", article)) {
        const changes = block.matches(".x") ? [block] : all(".c", block);
        const isChange = changes.some((one) => fits(one, wanted)) || (block.matches(".b") && block.querySelector(".note"));
        block.hidden = wanted.change === "only" && !isChange;
      }
    }
    byId("count").textContent = `${count.toLocaleString("en")} of ${articles.length.toLocaleString("en")} shown`;
  }
  let waiting = 0;
  if (filters) {
    filters.addEventListener("change", filter);
    filters.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
    filters.addEventListener("reset", () => setTimeout(filter));
    filters.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  }

  // --- a number of the heat map, or a rule, leads to its articles
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-set-r]");
    if (!link) return;
    filters.reset();
    for (const [key, value] of [["p", link.dataset.setP], ["r", link.dataset.setR]]) {
      const select = filters.querySelector(`[data-filter=${key}]`);
      if ([...select.options].some((option) => option.value === value)) select.value = value;
    }
  });
  const allRules = byId("all-rules");
  if (allRules) allRules.addEventListener("click", () => {
    document.querySelector(".bars").classList.add("open");
    allRules.parentElement.remove();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".unfold > button");
    if (button) button.closest(".x").classList.remove("long");
  });

  // --- moving about
  function go(element) {
    if (!element) return;
    const view = element.closest(".view");
    if (view) show(view.id);
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    // Articles out of sight have no height yet: what is scrolled over gets one, and moves the target.
    const turns = [0, 1, 2];
    const scroll = () => {
      element.scrollIntoView({ block: element.matches("article") ? "start" : "center" });
      if (turns.pop()) requestAnimationFrame(scroll);
    };
    scroll();
  }
  const isShown = (element) => !element.closest("[hidden]");
  let current = null;
  document.addEventListener("focusin", (event) => { current = event.target.closest(".x, .c, .b, article.a") || current; });
  function step(selector, by) {
    const found = all(selector).filter((one) => isShown(one) || one.closest(".view[hidden]"));
    const wanted = chosen();
    const fitting = selector.startsWith("article") ? found.filter((one) => !one.hidden)
      : found.filter((one) => fits(one, wanted) && !one.closest("article[hidden]") && !(one.closest(".b, .x") || one).hidden);
    if (!fitting.length) return say("There is none.");
    const place = current && current.isConnected
      ? fitting.findIndex((one) => one === current || one.compareDocumentPosition(current) & Node.DOCUMENT_POSITION_PRECEDING)
      : 0;
    let next;
    if (place < 0) next = fitting.length - 1;
    else if (fitting[place] === current) next = place + by;
    else next = by > 0 ? place : place - 1;
    go(fitting[Math.max(0, Math.min(fitting.length - 1, next))]);
  }
  const change = () => current && current.isConnected ? current.closest(".x, .b") : null;

  // --- links into the page: what is hidden appears
  function follow() {
    const element = byId(decodeURIComponent(location.hash.slice(1)));
    if (!element) return;
    if (element.matches(".view")) { show(element.id); window.scrollTo(0, 0); return; }
    const article = element.closest("article");
    if (article && (article.hidden || element.hidden)) { filters.reset(); filter(); }
    go(element);
  }
  window.addEventListener("hashchange", follow);

  // --- copying
  async function copy(source) {
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    say("Copied.");
  }
  document.addEventListener("toggle", (event) => {
    for (const source of event.target.open ? all("pre", event.target) : []) {
      if (source.nextElementSibling && source.nextElementSibling.matches("button")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", () => {
        copy(source);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
      source.after(button);
    }
  }, true);

  const help = byId("help");
  byId("help-button").addEventListener("click", () => help.showModal());

  const keys = {
    j: () => step(".x, .c", 1),
    k: () => step(".x, .c", -1),
    n: () => step("article.a", 1),
    p: () => step("article.a", -1),
    o: () => { const details = change() && change().querySelector("details"); if (details) details.open = !details.open; },
    c: () => { const source = change() && change().querySelector("pre"); if (source) copy(source); },
    "/": () => { if (filters) { show("articles"); byId("search").focus(); } },
    1: () => links[0] && links[0].click(),
    2: () => links[1] && links[1].click(),
    3: () => links[2] && links[2].click(),
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && isTyping) event.target.blur();
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (Object.hasOwn(keys, event.key)) { event.preventDefault(); keys[event.key](); }
  });

  window.copydesk = { all, byId, change, say, step };
  if (views.length) show(views[0].id);
  filter();
  if (location.hash) follow();
})();
