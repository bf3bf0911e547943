"""An API whose requests need an access token with the scope orders:read. Run it beside "make run", and
"make example-service" or "make example-spa" to call it.

JWTs are verified by the keys of the provider, without a question: one that was revoked is good until
it expires. The provider is asked about other tokens (RFC 7662).
"""

import os
import re

import jwt
import requests
from flask import Flask, Response, abort, jsonify, request
from flask_cors import CORS

ISSUER = os.environ.get("ISSUER", "http://localhost:8080")
AUDIENCE = "orders-api"  # a token for another API is refused
# By this registration the API asks about tokens that name it.
CLIENT = ("orders-api", os.environ.get("CLIENT_SECRET", "orders-api-secret-0123456789abcdef"))

app = Flask(__name__)
# The scripts of one origin may call the API from a browser.
CORS(app, origins=[os.environ.get("ORIGIN", "http://localhost:5173")], expose_headers=["WWW-Authenticate"])
provider = requests.get(ISSUER + "/.well-known/openid-configuration", timeout=5).json()
keys = jwt.PyJWKClient(provider["jwks_uri"])


class NoKeys(Exception):
    """The provider's keys are not known, so nobody can say whether a token is good."""


def signing_key(token):
    try:
        return keys.get_signing_key_from_jwt(token)
    except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, ValueError) as error:  # ValueError: it is no JSON
        raise NoKeys from error


def verified(token):
    """The claims of a token, or None if it is not good, or not for this API."""
    if token.count(".") == 2:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != "at+jwt":  # an ID token is no access token (RFC 9068)
                return None
            return jwt.decode(
                token,
                signing_key(token),
                algorithms=["ES256", "RS256", "PS256", "EdDSA"],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=30,  # seconds by which the clocks of provider and API may differ
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError:
            return None
    answer = requests.post(provider["introspection_endpoint"], auth=CLIENT, data={"token": token}, timeout=5)
    answer.raise_for_status()
    claims = answer.json()
    audience = claims.get("aud", [])
    audience = [audience] if isinstance(audience, str) else audience
    bearer = claims.get("token_type") == "Bearer"  # a refresh token is active too
    return claims if claims.get("active") is True and bearer and AUDIENCE in audience else None


def refuse(status, why):
    abort(Response(status=status, headers={"WWW-Authenticate": f'Bearer realm="{AUDIENCE}", {why}'}))


def require(scope):
    """The claims of the token of this request. Without a good one the request ends here."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.lstrip(" ")
    if scheme.lower() != "bearer":
        refuse(401, f'scope="{scope}"')
    # WSGI joins several headers by commas, which no token has.
    if not token or "," in token or "access_token" in request.args:
        refuse(400, f'error="invalid_request", scope="{scope}"')
    if not re.fullmatch(r"[\w.~+/-]+=*", token, re.ASCII):  # RFC 6750 section 2.1
        refuse(400, 'error="invalid_request"')
    try:
        claims = verified(token)
    except (requests.RequestException, NoKeys):
        abort(Response(status=503, headers={"Retry-After": "5"}))  # not 401: the token may be good
    if claims is None:
        refuse(401, 'error="invalid_token"')
    if scope not in claims.get("scope", "").split():
        refuse(403, f'error="insufficient_scope", scope="{scope}"')
    return claims


@app.get("/orders")
def orders():
    return jsonify(subject=require("orders:read")["sub"])


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8081")))
