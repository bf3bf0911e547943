// The browser goes on when all frames are loaded, which "load" waits for, or after a short time: an application that
// does not respond keeps nobody here.
const go = () => location.replace(document.getElementById("logout-continue").href);
window.addEventListener("load", go);
setTimeout(go, 3000);
