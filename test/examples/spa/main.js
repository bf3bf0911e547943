// A browser application without a server of its own:
//
//   npm install && npm start
//
// and open http://localhost:5173. Tokens stay in memory: whoever can run a script in this page could
// take them from any storage. A reload signs in again, which asks nothing while the session lasts.
import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts'

const users = new UserManager({
  authority: import.meta.env.VITE_ISSUER ?? 'http://localhost:8080',
  client_id: 'demo-spa', // a public client, so the library uses PKCE
  redirect_uri: `${location.origin}/callback`,
  scope: 'openid profile',
  userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  loadUserInfo: true,
})

const [who, signIn, signOut] = ['who', 'sign-in', 'sign-out'].map((id) => document.getElementById(id))

signIn.onclick = () => users.signinRedirect()
signOut.onclick = async () => {
  await users.revokeTokens()
  await users.removeUser()
  location.assign('/')
}

if (location.pathname === '/callback') {
  try {
    const user = await users.signinCallback()
    history.replaceState(null, '', '/') // a reload must not send the code again
    who.textContent = `Signed in as ${user.profile.name}.`
    signIn.hidden = true
    signOut.hidden = false
  } catch (error) {
    who.textContent = `Not signed in: ${error.message}`
  }
}
