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

  /* the page is read aloud, where the browser has a voice: as a screen reader would, what is hidden from it left out */
  const aloud = document.querySelector("[data-aloud]");
  if (aloud && window.speechSynthesis && window.SpeechSynthesisUtterance) {
    const button = aloud.querySelector("button");
    const says = button.querySelector("[data-says]");
    const [start, stop] = [says.textContent, button.dataset.stop];
    const set = (on) => { button.setAttribute("aria-pressed", String(on)); says.textContent = on ? stop : start; };
    const heard = (node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data.trim();
      if (node.nodeType !== Node.ELEMENT_NODE || node.matches("[aria-hidden=true], [hidden], script, .trap")) return "";
      const words = node.getAttribute("aria-label") || [...node.childNodes].map(heard).filter(Boolean).join(" ");
      return words && node.matches("p, h1, h2, h3, h4, li, dt, dd, label, legend, td, th, button") ? `${words}。` : words;
    };
    const lines = () => heard(document.getElementById("main")).match(/[^。；！？]+[。；！？]?/g) || [];
    aloud.hidden = false;
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") === "true";
      speechSynthesis.cancel();
      set(!on);
      if (on) return;
      const said = lines().map((line) => Object.assign(new SpeechSynthesisUtterance(line), { lang: document.documentElement.lang, rate: 0.9 }));
      if (said.length) said.at(-1).onend = () => set(false); else set(false);
      said.forEach((one) => speechSynthesis.speak(one));
    });
    window.addEventListener("pagehide", () => speechSynthesis.cancel());
  }

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

  /* a browser shows the caret of a field that gets the focus; its foot could be left under the bar of tabs */
  on("focusin", "textarea", (field) => field.scrollIntoView({ block: "nearest" }));

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

  /* a panel in which somebody writes, speaks or listens is not fetched anew under his hands, nor one where he ticks */
  const busy = (panel) =>
    (panel.contains(document.activeElement) && document.activeElement.matches("textarea, input[type=text]")) ||
    [...panel.querySelectorAll("textarea[data-dictate]")].some((field) => field.value) ||
    Boolean(panel.querySelector(".dictate[aria-pressed=true], input[name=case]:checked, details.filters[open] :focus")) ||
    [...panel.querySelectorAll("audio")].some((player) => !player.paused);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt } = event.detail.requestConfig;
    if (!elt.matches("[data-panel], .undo") || !busy(event.detail.target)) return;
    event.detail.shouldSwap = false;
    if (elt.matches(".undo")) elt.remove();
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
        if (!busy(panel)) htmx.trigger(panel, "changed");
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

  /* this device can be alerted: the browser asks, and its maker's push service gives an address and keys */
  const push = document.querySelector("form[data-push]");
  if (push && "PushManager" in window && "serviceWorker" in navigator) {
    push.hidden = false;
    const spelled = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
    const key = Uint8Array.from(atob(push.dataset.push.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
    push.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const worker = await navigator.serviceWorker.ready;
        const old = await worker.pushManager.getSubscription();
        if (old && spelled(old.options.applicationServerKey) !== push.dataset.push) await old.unsubscribe();
        const given = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
        push.elements.endpoint.value = given.endpoint;
        push.elements.p256dh.value = spelled(given.getKey("p256dh"));
        push.elements.auth.value = spelled(given.getKey("auth"));
        push.submit();
      } catch {
        push.querySelector("[data-push-no]").hidden = false;
        delete push.dataset.sent;
      }
    });
  }

  /* what was decided may be dictated; "device": only where the telephone itself turns it into text */
  const Listener = window.SpeechRecognition || window.webkitSpeechRecognition;
  const listens = async (lang) => {
    if (!body.dataset.dictation || !Listener) return false;
    if (body.dataset.dictation === "browser") return true;
    if (!Listener.available) return false;
    return (await Listener.available({ langs: [lang], processLocally: true })) === "available";
  };
  const dictate = (field) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button dictate";
    button.setAttribute("aria-pressed", "false");
    button.textContent = body.dataset.dictateStart;
    field.after(button);
    let listener = null;
    const over = () => { listener = null; button.textContent = body.dataset.dictateStart; button.setAttribute("aria-pressed", "false"); };
    button.addEventListener("click", () => {
      if (listener) { listener.stop(); return; }
      const before = field.value;
      listener = new Listener();
      listener.lang = "zh-CN";
      listener.continuous = listener.interimResults = true;
      if (body.dataset.dictation === "device") listener.processLocally = true;
      listener.addEventListener("result", (event) => {
        const said = [...event.results].map((one) => one[0].transcript).join("");
        field.value = (before + said).slice(0, field.maxLength > 0 ? field.maxLength : undefined);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      listener.addEventListener("end", over);
      listener.addEventListener("error", over);
      button.textContent = body.dataset.dictateStop;
      button.setAttribute("aria-pressed", "true");
      field.focus();
      listener.start();
    });
  };
  const offerDictation = async () => {
    const fields = [...document.querySelectorAll("textarea[data-dictate]")];
    if (!fields.length || !(await listens("zh-CN"))) return;
    fields.filter((field) => field.isConnected && !field.nextElementSibling?.matches(".dictate")).forEach(dictate);
  };
  offerDictation();
  document.addEventListener("htmx:afterSwap", offerDictation);

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
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || document.documentElement.hasAttribute("data-elder")) return;
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
