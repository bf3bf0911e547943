#!/bin/sh
# Runs an example beside the server: make example-NAME. What Node and Python need is fetched into bin/, which is
# ignored, and again only when the list of it has changed.
set -eu
cd "$(dirname "$0")/../.."
name=$1
source=test/examples/$name
place=bin/examples/$name
issuer=${ISSUER:-http://localhost:8080}

fail() {
    echo "$1" >&2
    exit 1
}

needs() {
    command -v "$1" >/dev/null 2>&1 || fail "This example needs $1. $2"
}

needs_go() {
    needs go "See https://go.dev/dl"
}

# fetch runs a command unless that was done for the same list.
fetch() {
    list=$1
    shift
    cmp -s "$list" "$place/fetched" && return
    "$@" || fail "What the example needs could not be fetched."
    cp "$list" "$place/fetched"
}

[ -d "$source" ] || fail "There is no example $name. make examples lists them."
if command -v curl >/dev/null 2>&1; then
    curl -fso /dev/null "$issuer/.well-known/openid-configuration" ||
        fail "No server answers at $issuer. Start it first, in another terminal: make run"
fi
mkdir -p "$place"
case $name in
web)
    needs_go
    # The development server knows this address of the application only when told.
    [ -n "${LISTEN:-}" ] || bin/gatehouse client update demo-web --dev --add-redirect-uri http://127.0.0.1:3000/callback >/dev/null
    exec go run "./$source"
    ;;
api-node | spa)
    needs node "On Debian: apt-get install nodejs npm"
    needs npm "On Debian: apt-get install npm"
    cp -R "$source/." "$place"
    cd "$place"
    place=.
    fetch package-lock.json npm ci --loglevel=error --no-audit --no-fund
    exec npm start
    ;;
api-python)
    needs python3 "On Debian: apt-get install python3 python3-venv"
    python3 -c 'import ensurepip' 2>/dev/null || fail "This example needs Python's venv. On Debian: apt-get install python3-venv"
    install() { python3 -m venv "$place/venv" && "$place/venv/bin/pip" install --quiet --requirement "$source/requirements.txt"; }
    fetch "$source/requirements.txt" install
    exec "$place/venv/bin/python" "$source/api.py"
    ;;
oauth2-proxy)
    needs_go
    listen=${LISTEN:-127.0.0.1:4180}
    app=${APP_LISTEN:-127.0.0.1:3001}
    secret=${CLIENT_SECRET:-oauth2-proxy-secret-0123456789abcdef}
    bin/gatehouse client get oauth2-proxy --dev >/dev/null 2>&1 || [ -n "${CLIENT_SECRET:-}" ] ||
        bin/gatehouse client create oauth2-proxy oauth2-proxy "$secret" --dev --redirect-uri "http://$listen/oauth2/callback" \
            --post-logout-redirect-uri "http://$listen/" --scope openid --scope profile --scope email --require-pkce >/dev/null
    go build -o "$place/app" "./$source"
    echo "open http://$listen"
    "$place/app" &
    trap 'kill $!' EXIT
    printf %s "$secret" >"$place/secret"
    # These settings stand for those of a server with a name of its own.
    OAUTH2_PROXY_COOKIE_SECRET=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') \
        go tool -modfile=test/tools/oauth2-proxy.mod oauth2-proxy --config test/examples/settings/oauth2-proxy.cfg \
        --oidc-issuer-url "$issuer" --whitelist-domain "${issuer#*://}" --client-secret-file "$place/secret" \
        --redirect-url "http://$listen/oauth2/callback" --cookie-secure=false --http-address "$listen" --upstream "http://$app"
    ;;
*)
    needs_go
    exec go run "./$source"
    ;;
esac
