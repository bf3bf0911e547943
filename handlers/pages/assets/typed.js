// The name that was typed goes along to the other pages of accounts.
const names = document.querySelectorAll("#email, #username, #phone, #contact");
const ways = document.querySelectorAll("a[data-typed]");

function carry() {
  const typed = [...names].map((field) => field.value.trim()).find((value) => value);
  for (const way of ways) {
    const address = new URL(way.href);
    if (typed) {
      address.searchParams.set("login_hint", typed);
    } else {
      address.searchParams.delete("login_hint");
    }
    way.href = address.pathname + address.search;
  }
}

document.addEventListener("input", carry);
// A browser fills fields in without an event, or when one comes back.
window.addEventListener("pageshow", carry);
