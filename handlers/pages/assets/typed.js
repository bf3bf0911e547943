// The name that was typed goes along to the other pages of accounts.
const names = document.querySelectorAll("#email, #username, #phone, #contact");
const ways = document.querySelectorAll("a[data-typed]");

function carry() {
  const typed = [...names].map((field) => field.value.trim()).find((value) => value);
  const hinted = (path) => {
    const address = new URL(path, location.href);
    if (typed) {
      address.searchParams.set("login_hint", typed);
    } else {
      address.searchParams.delete("login_hint");
    }
    return address.pathname + address.search;
  };
  for (const way of ways) {
    way.href = hinted(way.href);
  }
  // Where the page is shown again in another language: it comes after the script.
  const again = document.querySelector(".languages input[name=again]");
  if (again) {
    again.value = hinted(again.value);
  }
}

document.addEventListener("input", carry);
// A browser fills fields in without an event, or when one comes back.
window.addEventListener("pageshow", carry);
