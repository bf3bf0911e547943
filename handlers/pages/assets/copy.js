// Buttons that copy the text of the element with the id in data-copy, or of the one before them, and say so for a moment.
"use strict";

for (const button of navigator.clipboard ? document.querySelectorAll("button[data-copy]") : []) {
  const source = button.dataset.copy ? document.getElementById(button.dataset.copy) : button.previousElementSibling;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = button.dataset.copied;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
}
