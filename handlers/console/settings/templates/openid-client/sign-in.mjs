import * as client from "openid-client";

// npm install openid-client[[if not .Public]]; the secret comes from the environment: [[.Secret]]=…[[end]]
const config = await client.discovery(
  new URL([[quote .Issuer]]),
  [[quote .ClientID]],
[[- if .Public]]
  undefined,
  client.None(),
[[- else]]
  process.env.[[.Secret]],
  client.[[if .SecretBasic]]ClientSecretBasic[[else]]ClientSecretPost[[end]](process.env.[[.Secret]]),
[[- end]]
[[- if .Trial]]
  { execute: [client.allowInsecureRequests] }, // only while the server has no TLS
[[- end]]
);
const redirectURI = [[quote .Redirect]];

// Send the browser to the URL, and keep the two secrets in its session.
export async function begin() {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectURI,
    scope: [[quote .Scope]],
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  });
  return { url, verifier, state };
}

// The browser comes back: currentURL is the whole address, with its query.
export async function finish(currentURL, { verifier, state }) {
  const tokens = await client.authorizationCodeGrant(config, currentURL, { pkceCodeVerifier: verifier, expectedState: state });
  return client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
}
