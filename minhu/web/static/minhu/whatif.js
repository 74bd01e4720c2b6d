/* A slider says its value as it moves; the form itself is sent by htmx. Without scripts a button does. */
(() => {
  "use strict";
  const form = document.getElementById("whatif");
  const said = document.getElementById("whatif-said");
  form.addEventListener("input", (event) => {
    const slider = event.target;
    if (!slider.matches("input[type=range]")) return;
    const place = Math.round((slider.value - slider.min) / slider.step);
    const words = JSON.parse(slider.dataset.options)[place];
    slider.setAttribute("aria-valuetext", words);
    form.querySelector(`output[for="${slider.id}"]`).textContent = words;
    if (slider.closest(".spans")) form.querySelector("input[value=chosen]").checked = true;
  }, true);
  document.addEventListener("htmx:afterSwap", () => {
    const finding = document.querySelector("[data-finding]");
    said.textContent = finding ? finding.textContent : "";
  });
  const copy = form.querySelector("[data-copy]");
  copy.addEventListener("click", () => { copy.dataset.copy = location.href; });
})();
