// Tells whoever keeps passkeys which ones of the person there are, so that those which were removed are not offered again.
"use strict";

(function () {
  if (!window.PublicKeyCredential || !PublicKeyCredential.signalAllAcceptedCredentials) {
    return;
  }
  for (const signal of JSON.parse(document.querySelector("[data-accepted]").dataset.accepted)) {
    PublicKeyCredential.signalAllAcceptedCredentials(signal).catch(() => {});
  }
})();
