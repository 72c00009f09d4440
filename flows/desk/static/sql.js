// The SQL page: Ctrl+Enter runs the query, a clock shows how long it has run, Cancel ends it on the server too.

const form = /** @type {HTMLFormElement} */ (document.querySelector("form.sql"));
const editor = /** @type {HTMLTextAreaElement} */ (document.getElementById("q"));
const cancel = document.getElementById("cancel");
const elapsed = document.getElementById("elapsed");
let clock = 0;

form.addEventListener("submit", () => {
  const began = performance.now();
  cancel.hidden = false;
  clearInterval(clock);
  clock = setInterval(() => {
    const seconds = Math.floor((performance.now() - began) / 1000);
    elapsed.textContent = elapsed.dataset.words.replace(
      "{seconds}",
      seconds.toLocaleString(document.documentElement.lang),
    );
  }, 1000);
});

// the browser ends its request; the server sees that nobody waits and kills the query
cancel.addEventListener("click", () => {
  window.stop();
  clearInterval(clock);
  cancel.hidden = true;
  elapsed.textContent = "";
  editor.focus();
});

// A column's name goes where the cursor was
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-insert]")))
  button.addEventListener("click", () => {
    editor.setRangeText(button.dataset.insert, editor.selectionStart, editor.selectionEnd, "end");
    editor.focus();
  });

editor.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});
