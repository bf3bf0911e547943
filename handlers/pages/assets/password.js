// Without scripts the button stays hidden, since it would do nothing.
const field = document.getElementById("password");
const show = document.getElementById("password-show");

function reveal(shown) {
  field.type = shown ? "text" : "password";
  show.setAttribute("aria-pressed", String(shown));
}

show.hidden = false;
show.addEventListener("click", () => reveal(field.type === "password"));
// A browser remembers the content of text fields, and offers it to the next user.
field.form.addEventListener("submit", () => reveal(false));
