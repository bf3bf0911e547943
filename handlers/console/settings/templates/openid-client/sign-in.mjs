import * as client from "openid-client";

[[if .Public -]]
const config = await client.discovery(new URL([[quote .Issuer]]), [[quote .ClientID]], undefined, client.None());
[[- else -]]
// The secret comes from the environment: [[.Secret]]=…
const config = await client.discovery(new URL([[quote .Issuer]]), [[quote .ClientID]], process.env.[[.Secret]]);
[[- end]]
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
