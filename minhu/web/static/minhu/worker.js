/* Keeps the console's shell on the phone. Told (by the view): version, shell, offline. Pages and panels are not touched. */
(() => {
  "use strict";
  const name = `minhu-shell-${told.version}`;
  const shell = new Set(told.shell.map((address) => new URL(address, self.location).href));

  self.addEventListener("install", (event) => {
    event.waitUntil(
      caches.open(name)
        .then((kept) => kept.addAll([...told.shell, told.offline]))
        .then(() => self.skipWaiting()),
    );
  });
  self.addEventListener("activate", (event) => {
    event.waitUntil(
      caches.keys()
        .then((names) => Promise.all(names.filter((one) => one !== name).map((one) => caches.delete(one))))
        .then(() => self.clients.claim()),
    );
  });
  /* an alert says only that something waits; the server hears that it has arrived, else it sends a text message */
  self.addEventListener("push", (event) => {
    const { token } = event.data ? event.data.json() : {};
    const shown = self.registration.showNotification(told.alert.title, { body: told.alert.body, tag: "minhu", icon: told.alert.icon });
    const heard = token ? fetch(told.alert.arrived.replace("TOKEN", encodeURIComponent(token)), { method: "POST", credentials: "omit" }).catch(() => {}) : null;
    event.waitUntil(Promise.all([shown, heard]));
  });
  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(self.clients.openWindow(told.alert.open));
  });
  self.addEventListener("fetch", (event) => {
    const asked = event.request;
    if (asked.method !== "GET") return;
    if (asked.mode === "navigate") {
      event.respondWith(fetch(asked).catch(() => caches.match(told.offline)));
    } else if (shell.has(asked.url)) {
      event.respondWith(caches.match(asked).then((found) => found || fetch(asked)));
    }
  });
})();
