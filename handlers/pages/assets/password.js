// Without scripts the button stays hidden, since it could do nothing.
const field = document.getElementById("password");
const show = document.getElementById("password-show");

function reveal(shown) {
  field.type = shown ? "text" : "password";
  show.setAttribute("aria-pressed", String(shown));
}

show.hidden = false;
show.addEventListener("click", () => reveal(field.type === "password"));
// A browser keeps what was typed into fields of text, and offers it to the next person.
field.form.addEventListener("submit", () => reveal(false));
