// The buttons that copy and save the recovery codes, which are in the page without them.
"use strict";

(function () {
  const list = document.getElementById("codes");
  const codes = Array.from(list.querySelectorAll("li"), (item) => item.textContent.trim()).join("\n") + "\n";
  const done = document.getElementById("codes-copied");

  const copy = document.getElementById("codes-copy");
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", () => {
      navigator.clipboard.writeText(codes).then(() => {
        done.hidden = false;
      });
    });
  }

  const save = document.getElementById("codes-save");
  save.hidden = false;
  save.addEventListener("click", () => {
    const link = document.createElement("a");
    const of = document.getElementById("codes-title").textContent + "\n" + document.getElementById("codes-of").textContent + "\n\n";
    link.href = URL.createObjectURL(new Blob([of + codes], { type: "text/plain" }));
    link.download = save.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  });

  const print = document.getElementById("codes-print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
})();
