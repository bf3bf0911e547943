// An API whose requests need an access token with the scope orders:read. Run it beside "make run", and
// "make example-service" or "make example-spa" to call it.
//
// JWTs are verified by the keys of the provider, without a question: one that was revoked is good until it expires.
// The provider is asked about other tokens (RFC 7662).
import { webcrypto } from 'node:crypto'
import { createServer } from 'node:http'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

globalThis.crypto ??= webcrypto // jose needs it, and Node 18 has it under the other name only

const issuer = process.env.ISSUER ?? 'http://localhost:8080'
const audience = 'orders-api' // a token for another API is refused
// By this registration the API asks about tokens that name it.
const client = `orders-api:${process.env.CLIENT_SECRET ?? 'orders-api-secret-0123456789abcdef'}`

const provider = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
const keys = createRemoteJWKSet(new URL(provider.jwks_uri))

// verified returns the claims of a token, or nothing if it is not good, or not for this API.
async function verified(token) {
  if (token.split('.').length === 3) {
    try {
      // An ID token is no access token: the type tells them apart (RFC 9068).
      const { payload } = await jwtVerify(token, keys, {
        issuer, audience, typ: 'at+jwt', algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'], requiredClaims: ['exp', 'sub'],
        clockTolerance: 30, // seconds by which the clocks of provider and API may differ
      })
      return payload
    } catch (error) {
      const away = error.code === 'ERR_JOSE_GENERIC' || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid ||
        !(error instanceof errors.JOSEError)
      if (away) throw error // the keys could not be fetched
      return undefined
    }
  }
  const answer = await fetch(provider.introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(client).toString('base64')}` },
    body: new URLSearchParams({ token }),
    signal: AbortSignal.timeout(5000),
  })
  if (!answer.ok) throw new Error(`introspection: ${answer.status}`)
  const claims = await answer.json()
  // A refresh token is active too, but no Bearer.
  const good = claims.active === true && claims.token_type === 'Bearer' && [claims.aud].flat().includes(audience)
  return good ? claims : undefined
}

// authorize returns the claims, or writes why there are none.
async function authorize(request, response, scope) {
  const refuse = (status, why) => response.writeHead(status, { 'WWW-Authenticate': `Bearer realm="${audience}", ${why}` }).end()
  const given = request.headersDistinct.authorization ?? []
  const [, bearer, token] = /^(Bearer)(?: +(.*))?$/i.exec(given[0] ?? '') ?? []
  const repeated = given.length > 1 || (token && urlOf(request).searchParams.has('access_token'))
  if (repeated || (bearer && !token)) return void refuse(400, `error="invalid_request", scope="${scope}"`)
  if (!token) return void refuse(401, `scope="${scope}"`)
  if (!/^[\w.~+/-]+=*$/.test(token)) return void refuse(400, 'error="invalid_request"') // RFC 6750 section 2.1
  let claims
  try {
    claims = await verified(token)
  } catch (error) {
    console.error(error.message)
    return void response.writeHead(503, { 'Retry-After': '5' }).end() // not 401: the token may be good
  }
  if (!claims) return void refuse(401, 'error="invalid_token"')
  if (!(claims.scope ?? '').split(' ').includes(scope)) return void refuse(403, `error="insufficient_scope", scope="${scope}"`)
  return claims
}

// fromBrowser lets the scripts of one origin call the API (CORS), and answers the question that a browser asks first.
function fromBrowser(request, response) {
  response.setHeader('Access-Control-Allow-Origin', process.env.ORIGIN ?? 'http://localhost:5173')
  response.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate')
  if (request.method !== 'OPTIONS') return false
  response.writeHead(204, { 'Access-Control-Allow-Headers': 'Authorization' }).end()
  return true
}

const urlOf = (request) => new URL(request.url, 'http://api.invalid') // only the path and the query count

createServer(async (request, response) => {
  if (fromBrowser(request, response)) return
  if (!URL.canParse(request.url, 'http://api.invalid') || urlOf(request).pathname !== '/orders') return response.writeHead(404).end()
  if (!['GET', 'HEAD'].includes(request.method)) return response.writeHead(405, { Allow: 'GET, HEAD' }).end()
  const claims = await authorize(request, response, 'orders:read')
  if (claims) response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ subject: claims.sub }))
}).listen(Number(process.env.PORT ?? 8081), '127.0.0.1', () => console.log('listening'))
