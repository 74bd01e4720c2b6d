/* What a page does beyond links and forms. Without it every page still works. */
(() => {
  "use strict";
  const body = document.body;
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(found, event);
    });

  /* copy, print, back */
  on("click", "[data-copy]", async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const said = button.querySelector("[data-said]") || button;
    const before = said.textContent;
    said.textContent = button.dataset.done;
    setTimeout(() => { said.textContent = before; }, 2000);
  });
  on("click", "[data-print]", () => window.print());
  const reveal = () => document.querySelectorAll("[data-js]").forEach((element) => { element.hidden = false; });
  reveal();
  document.addEventListener("htmx:afterSwap", reveal);

  /* a form that was sent is not sent again by a second tap */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (token) event.detail.headers["X-CSRFToken"] = token.value;
  });

  /* what was typed into the public form is kept on this device until it is sent */
  const draft = document.querySelector("form[data-draft]");
  if (draft) {
    const name = draft.dataset.draft;
    const fields = [...draft.querySelectorAll("textarea, input[type=text]")].filter((field) => !field.closest(".trap"));
    try {
      const kept = JSON.parse(sessionStorage.getItem(name) || "{}");
      fields.forEach((field) => { if (!field.value && kept[field.name]) field.value = kept[field.name]; });
    } catch { /* storage is off: nothing is kept */ }
    draft.addEventListener("input", () => {
      const kept = Object.fromEntries(fields.map((field) => [field.name, field.value]));
      try { sessionStorage.setItem(name, JSON.stringify(kept)); } catch { /* as above */ }
    });
  }
  document.querySelectorAll("[data-draft-sent]").forEach((element) => {
    try { sessionStorage.removeItem(element.dataset.draftSent); } catch { /* as above */ }
  });

  /* the line happens on the open page: a bare note says "changed", htmx fetches the panels that listen */
  const live = body.dataset.live;
  if (live && window.EventSource && document.querySelector("[data-panel]")) {
    let source;
    let pending = false;
    const refresh = () => {
      if (document.hidden) { pending = true; return; }
      pending = false;
      document.querySelectorAll("[data-panel]").forEach((panel) => {
        if (panel.contains(document.activeElement) && document.activeElement.matches("textarea, input[type=text]")) return;
        if (panel.querySelector("input[name=case]:checked, details.filters[open] :focus")) return;
        if ([...panel.querySelectorAll("audio")].some((player) => !player.paused)) return;
        htmx.trigger(panel, "changed");
      });
    };
    const open = () => {
      if (source) return;
      source = new EventSource(live);
      source.addEventListener("changed", refresh);
      source.addEventListener("error", () => {
        if (source.readyState === EventSource.CLOSED) { source = null; setTimeout(open, 3000); }
      });
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden && pending) refresh(); });
    window.addEventListener("pagehide", () => { if (source) { source.close(); source = null; } });
    window.addEventListener("pageshow", open);
    open();
  }

  /* the console may stand on the phone's home screen; the worker keeps its shell, never a page */
  if (body.dataset.worker && "serviceWorker" in navigator) {
    navigator.serviceWorker.register(body.dataset.worker).catch(() => { /* refused: the pages work without it */ });
    const offered = document.querySelector("[data-install]");
    window.addEventListener("beforeinstallprompt", (event) => {
      if (!offered) return;
      event.preventDefault();
      offered.hidden = false;
      offered.addEventListener("click", () => { offered.hidden = true; event.prompt(); }, { once: true });
    });
  }

  /* a recording is heard faster */
  on("click", "[data-speed]", (button) => {
    const player = button.closest("section").querySelector("audio");
    player.playbackRate = Number(button.dataset.speed);
    button.parentElement.querySelectorAll("[data-speed]").forEach((one) => {
      one.setAttribute("aria-pressed", String(one === button));
    });
  });

  /* its drawing leads to a place in it: a slider, so that the arrow keys do too */
  const playerOf = (element) => element.closest("section").querySelector("audio");
  on("input", "[data-seek]", (slider) => { playerOf(slider).currentTime = Number(slider.value); });
  document.addEventListener("timeupdate", (event) => {
    const slider = event.target.closest("section")?.querySelector("[data-seek]");
    if (slider) slider.value = String(event.target.currentTime);
  }, true);

  /* what was said after a tap stays for some seconds, although the line moves on and the panel is fetched anew */
  const READABLE_MS = 6000;
  let told = null;
  document.addEventListener("htmx:afterSwap", (event) => {
    const notice = event.detail.target.querySelector(".notice[role=status]");
    if (notice) { told = { notice, until: Date.now() + READABLE_MS }; return; }
    if (!told || Date.now() > told.until) { told = null; return; }
    const toast = told.notice;
    told = null;
    toast.classList.add("toast");
    body.append(toast);
    setTimeout(() => toast.remove(), READABLE_MS);
  });

  /* the key "/" leads to the search field; it is switched off with the others */
  const find = document.querySelector("[data-find]");
  if (find && body.dataset.keys !== "off") {
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.target.closest("input, textarea, select, dialog")) return;
      event.preventDefault();
      find.focus();
    });
  }

  /* on a wide screen a matter opens beside the list; the link itself leads to its page */
  const beside = document.querySelector("[data-beside]");
  on("click", "[data-opens-beside]", (link, event) => {
    if (!beside || !window.matchMedia("(min-width: 80rem)").matches) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || document.documentElement.dataset.elder) return;
    event.preventDefault();
    document.querySelectorAll("[data-opens-beside]").forEach((one) => one.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    htmx.ajax("GET", link.href, { target: beside, swap: "innerHTML" }).then(() => {
      beside.hidden = false;
      beside.parentElement.classList.add("open");
      beside.scrollTop = 0;
      link.scrollIntoView({ block: "center" });
      beside.focus({ preventScroll: true });
    });
  });

  /* keys of the staff queue: j and k walk, Enter opens (the link has the focus), ? explains; can be switched off */
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const sheet = document.querySelector("dialog[data-keys-sheet]");
  on("click", "[data-open-keys]", () => sheet && sheet.showModal());
  if (sheet && body.dataset.keys !== "off") {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, dialog")) return;
      const all = rows();
      const at = all.findIndex((row) => row.contains(document.activeElement));
      const go = { j: Math.min(at + 1, all.length - 1), k: Math.max(at - 1, 0) }[event.key];
      if (go !== undefined && all.length) {
        event.preventDefault();
        const link = all[go].querySelector("[data-row-link]");
        link.focus();
        all[go].scrollIntoView({ block: "nearest" });
      } else if (event.key === "x" && at >= 0) {
        const box = all[at].querySelector("input[type=checkbox]");
        if (box) { event.preventDefault(); box.checked = !box.checked; }
      } else if (event.key === "?") { event.preventDefault(); sheet.showModal(); }
    });
  }
})();
