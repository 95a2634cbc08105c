/* Only browsers without modules load this: what they lack, in words. */
document.documentElement.setAttribute("data-state", "failed");
document.addEventListener("DOMContentLoaded", function () {
  var note = document.getElementById("boot-note");
  note.setAttribute("role", "alert");
  note.setAttribute("data-testid", "error");
  note.setAttribute("data-code", "old_browser");
  note.textContent =
    "This browser is too old for Quadrant: it needs WebAssembly with SIMD (Chrome or Edge 91, Firefox 89, Safari 16.4, or newer). Open the page in a newer one. Nothing was sent anywhere.";
});
