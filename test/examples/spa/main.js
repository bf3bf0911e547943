// An application in the browser, without a server of its own. Run it beside "make run" and "make example-api" (or
// -api-node, -api-python), and open http://localhost:5173.
//
// Tokens stay in memory: whoever can run a script in this page could take them from any storage. A reload signs in
// again, which asks for no password while the session lasts.
import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts'

const issuer = import.meta.env.VITE_ISSUER ?? 'http://localhost:8080'
const api = import.meta.env.VITE_API ?? 'http://127.0.0.1:8081'

const users = new UserManager({
  authority: issuer,
  client_id: 'demo-spa', // a public client, so the library uses PKCE
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile orders:read',
  resource: [issuer, 'orders-api'], // the token is for UserInfo and for the API, and good nowhere else
  userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  loadUserInfo: true,
  revokeTokensOnSignout: true,
})

const [who, signIn, orders, answer, signOut] = ['who', 'sign-in', 'orders', 'answer', 'sign-out'].map((id) => document.getElementById(id))

// Before the access token expires the library gets the next by the refresh token, which is good once.
users.events.addUserLoaded((user) => show(`Signed in as ${user.profile.name}.`, true))
users.events.addSilentRenewError((error) => show(`Signed out: ${error.message}`, false))

function show(text, signedIn) {
  who.textContent = text
  signIn.hidden = signedIn
  orders.hidden = signOut.hidden = !signedIn
}

// on does something at a click, and shows why it could not be done.
function on(button, act) {
  button.onclick = () => act().catch((error) => (answer.textContent = `That did not work: ${error.message}`))
}

on(signIn, () => users.signinRedirect())
on(signOut, () => users.signoutRedirect()) // of the provider too: else the next sign-in asks for no password
on(orders, async () => {
  const user = await users.getUser()
  const response = await fetch(`${api}/orders`, { headers: { Authorization: `Bearer ${user.access_token}` } })
  if (!response.ok) throw new Error(`${response.status} ${response.headers.get('WWW-Authenticate')}`)
  answer.textContent = await response.text()
})

if (location.pathname === '/callback') {
  // A person who does not agree comes back too, with an error instead of a code.
  await users.signinCallback().catch((error) => show(`Not signed in: ${error.message}`, false))
  history.replaceState(null, '', '/') // a reload must not send the code again
}
