"""An API whose requests need an access token with the scope orders:read. Run it beside "make run", and
"make example-service" or "make example-spa" to call it.

JWTs are verified by the keys of the provider, without a question: one that was revoked is good until
it expires. The provider is asked about other tokens (RFC 7662).
"""

import os
from functools import wraps

import jwt
import requests
from flask import Flask, g, jsonify, request
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
    return "", status, {"WWW-Authenticate": f'Bearer realm="{AUDIENCE}", {why}'}


def require(scope):
    def decorate(view):
        @wraps(view)
        def checked():
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token:
                return refuse(401, f'scope="{scope}"')
            try:
                claims = verified(token)
            except (requests.RequestException, NoKeys):
                return "", 503, {"Retry-After": "5"}  # not 401: the token may be good
            if claims is None:
                return refuse(401, 'error="invalid_token"')
            if scope not in claims.get("scope", "").split():
                return refuse(403, f'error="insufficient_scope", scope="{scope}"')
            g.claims = claims
            return view()

        return checked

    return decorate


@app.get("/orders")
@require("orders:read")
def orders():
    return jsonify(subject=g.claims["sub"])


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "8081")))
