// Passkeys: a form with data-get or data-create sends what the browser's authenticator responds to the options that it has.
// Without this script, or in a browser without passkeys, the form stays hidden, and the other ways remain. A page with no other way
// says so in an element with data-unsupported.
"use strict";

(function () {
  function bytes(text) {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (c) => c.charCodeAt(0));
  }

  function text(buffer) {
    let binary = "";
    for (const byte of new Uint8Array(buffer)) {
      binary += String.fromCharCode(byte);
    }
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function credentials(list) {
    return (list || []).map((c) => Object.assign({}, c, { id: bytes(c.id) }));
  }

  // Browsers have functions for this, but not all that have passkeys.
  function requestOf(json) {
    const options = JSON.parse(json);
    options.challenge = bytes(options.challenge);
    options.allowCredentials = credentials(options.allowCredentials);
    return options;
  }

  function creationOf(json) {
    const options = JSON.parse(json);
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = credentials(options.excludeCredentials);
    return options;
  }

  function responseOf(credential) {
    const r = credential.response;
    const json = {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: { clientDataJSON: text(r.clientDataJSON) },
    };
    if (credential.authenticatorAttachment) {
      json.authenticatorAttachment = credential.authenticatorAttachment;
    }
    if (r.attestationObject) {
      json.response.attestationObject = text(r.attestationObject);
      json.response.transports = r.getTransports ? r.getTransports() : [];
    } else {
      json.response.authenticatorData = text(r.authenticatorData);
      json.response.signature = text(r.signature);
      if (r.userHandle) {
        json.response.userHandle = text(r.userHandle);
      }
    }
    return JSON.stringify(json);
  }

  function send(form, credential) {
    form.elements.response.value = responseOf(credential);
    const remember = document.getElementById("remember");
    if (remember && form.elements.remember) {
      form.elements.remember.value = remember.checked ? "1" : "";
    }
    form.submit();
  }

  function fail(form, error) {
    // NotAllowedError: the person has closed the dialog, or let it time out. Nothing is wrong.
    const name = error && error.name;
    const said = { InvalidStateError: "[data-exists]", NotAllowedError: "[data-closed]" }[name] || "[data-failed]";
    for (const other of form.querySelectorAll("[data-closed], [data-exists], [data-failed]")) {
      other.hidden = !other.matches(said) || name === "AbortError";
    }
  }

  let waiting = null;

  async function run(form, mediation) {
    if (waiting) {
      waiting.abort(); // there is one request at a time
    }
    const stop = new AbortController();
    waiting = stop;
    try {
      const credential = form.dataset.create
        ? await navigator.credentials.create({ publicKey: creationOf(form.dataset.create), signal: stop.signal })
        : await navigator.credentials.get({ publicKey: requestOf(form.dataset.get), mediation: mediation, signal: stop.signal });
      if (credential) {
        send(form, credential);
      }
    } catch (error) {
      if (mediation !== "conditional" && waiting === stop) {
        fail(form, error);
        listen(); // the dialog has taken the place of autofill
      }
    }
  }

  function listen() {
    const autofill = document.querySelector("form[data-autofill]");
    if (autofill && PublicKeyCredential.isConditionalMediationAvailable) {
      PublicKeyCredential.isConditionalMediationAvailable().then((available) => {
        if (available) {
          run(autofill, "conditional");
        }
      });
    }
  }

  if (!window.PublicKeyCredential || !navigator.credentials) {
    for (const said of document.querySelectorAll("[data-unsupported]")) {
      said.hidden = false;
    }
    return;
  }
  for (const form of document.querySelectorAll("form[data-get], form[data-create]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(form, "optional");
    });
  }
  // Whoever keeps a passkey that the server does not know, or did not accept, should not offer it again.
  const refused = document.querySelector("form[data-missing]");
  if (refused && PublicKeyCredential.signalUnknownCredential) {
    const rpId = refused.dataset.get ? JSON.parse(refused.dataset.get).rpId : JSON.parse(refused.dataset.create).rp.id;
    const signal = { rpId: rpId, credentialId: refused.dataset.missing };
    PublicKeyCredential.signalUnknownCredential(signal).catch(() => {});
  }
  listen();
})();
