"use strict";
// What a click on a line does, where the page is served by `copydesk review`.
(() => {
  const { all, byId, change, say, step } = window.copydesk;
  const token = new URLSearchParams(location.search).get("token");
  const headers = { "Content-Type": "application/json", "X-Copydesk-Token": token };

  async function ask(action, request) {
    try {
      const response = await fetch(`/api/${action}`, request === undefined
        ? { headers } : { method: "POST", headers, body: JSON.stringify(request) });
      const answer = await response.json();
      if (response.ok) return answer;
      say(answer.error);
      return { error: [answer.error, answer.way_out].filter(Boolean).join("\n") };
    } catch {
      say("The review has ended: start it again.");
      return { error: "The review has ended: start it again." };
    }
  }
  const place = (block) => ({ article: block.closest("article").dataset.id, start: Number(block.id.split("-").pop()) });
  const blockAt = (one) => {
    const article = all("article.a").find((each) => each.dataset.id === one.article);
    return article && byId(`${article.id}-${one.start}`);
  };

  // --- verdicts
  function mark(block, verdict) {
    let chip = block.querySelector(":scope > .verdict");
    if (!chip) {
      chip = document.createElement("p");
      chip.className = "verdict";
      block.append(chip);
    }
    const kept = block.matches(".b");
    if (verdict) block.dataset.verdict = verdict;
    chip.textContent = { "": "drawn, to be judged", right: kept ? "✓ story" : "✓ right", wrong: kept ? "✗ furniture" : "✗ wrong", unsure: "? unsure" }[verdict];
    if (verdict === "wrong" && !kept && block.querySelector("pre")) chip.append(" ", button("Write the exception", () => except(block)));
    if (verdict === "wrong" && kept) chip.append(" ", button("Write a rule", () => draft(block)));
  }
  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", (event) => { event.stopPropagation(); act(); });
    return made;
  }
  async function judge(block, verdict) {
    const answer = await ask("verdict", { ...place(block), verdict });
    if (!answer.error) {
      mark(block, verdict);
      say(answer.left ? `Written: ${verdict}. ${answer.left} drawn lines are left.` : `Written: ${verdict}.`);
    }
    return !answer.error;
  }
  async function except(block) {
    const answer = await ask("exception", place(block));
    if (!answer.error) {
      block.querySelector(":scope > .verdict button").replaceWith(" Its exception is written.");
      say("The exception is written.");
    }
  }

  // --- rules
  const panel = byId("rule-panel");
  const toml = byId("rule-toml");
  let drafted = null;
  async function draft(block) {
    const answer = await ask("draft", place(block));
    if (answer.error) return;
    drafted = block;
    toml.value = answer.toml;
    byId("rule-written").textContent = "";
    if (!panel.open) panel.showModal();
    toml.scrollTop = 0;
    attempt();
  }
  function list(answer) {
    const shown = byId("rule-effect");
    shown.textContent = "";
    for (const one of all(".would")) one.classList.remove("would");
    const words = document.createElement("p");
    words.className = answer.error ? "fault" : "";
    words.textContent = answer.error || `It matches ${answer.count} ${answer.count === 1 ? "line" : "lines"} in `
      + `${answer.articles} of the ${answer.of} articles loaded; ${answer.new} of these lines ${answer.new === 1 ? "is" : "are"} kept without the rule.`;
    shown.append(words);
    if (answer.error) return;
    const lines = document.createElement("ul");
    lines.className = "lines";
    for (const one of answer.taken) {
      const block = blockAt(one);
      if (block && !one.rules.length) block.classList.add("would");
      const link = document.createElement(block ? "a" : "span");
      if (block) link.href = `#${block.id}`;
      link.textContent = one.text.slice(0, 160);
      link.addEventListener("click", () => panel.close());
      const line = document.createElement("li");
      line.append(link, one.rules.length ? ` (removed by ${one.rules.join(", ")})` : ` – ${one.headline.slice(0, 80)}`);
      lines.append(line);
    }
    shown.append(lines);
  }
  const attempt = async () => list(await ask("try", { toml: toml.value }));
  let waiting = 0;
  toml.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(attempt, 400); });
  byId("rule-close").addEventListener("click", () => panel.close());
  byId("rule-write").addEventListener("click", async () => {
    const answer = await ask("rule", { toml: toml.value });
    list(answer);
    if (answer.error) return;
    byId("rule-written").textContent = `${answer.rule} is written.`;
    say(`${answer.rule} is written.`);
    if (drafted) mark(drafted, "wrong");
  });

  // --- clicks and keys
  document.addEventListener("click", (event) => {
    if (event.target.closest("a, button, summary, details, dialog, .verdict") || !getSelection().isCollapsed) return;
    const block = event.target.closest(".x, .b");
    if (!block) return;
    const verdict = block.dataset.verdict === "wrong" ? "right" : "wrong"; // a second click takes the first back
    judge(block, verdict).then((isWritten) => { if (isWritten && verdict === "wrong" && block.matches(".b")) draft(block); });
  });
  const keys = { r: "right", w: "wrong", u: "unsure" };
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "d") step(".drawn:not([data-verdict])", 1);
    const block = change();
    if (!block) return;
    if (Object.hasOwn(keys, event.key)) judge(block, keys[event.key]);
    if (event.key === "f" && block.matches(".b")) draft(block);
  });

  document.documentElement.classList.add("reviewed");
  ask("verdicts").then((found) => {
    for (const one of found.drawn || []) {
      const block = blockAt(one);
      if (!block) continue;
      block.classList.add("drawn");
      mark(block, one.verdict);
    }
    for (const one of found.verdicts || []) {
      const block = blockAt(one);
      if (block) mark(block, one.verdict);
    }
  });
})();
