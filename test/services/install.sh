#!/bin/sh
# Installs missing test dependencies: Postgres, PgBouncer, Redis, Prometheus, a browser, the tools of
# the API guide, Node and Python for the examples, and the C compiler that the race detector needs. Works
# on Debian and its derivatives; elsewhere, or without root, it prints what to install.
set -eu

missing=
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -x /usr/sbin/pgbouncer ] || missing="$missing pgbouncer"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v promtool >/dev/null 2>&1 || missing="$missing prometheus"
command -v chromium-headless-shell >/dev/null 2>&1 || missing="$missing chromium-headless-shell"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v curl >/dev/null 2>&1 || missing="$missing curl"
command -v jq >/dev/null 2>&1 || missing="$missing jq"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
python3 -c 'import ensurepip' >/dev/null 2>&1 || missing="$missing python3 python3-venv"
command -v gcc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
        echo "The tests need packages that are not installed. As root, run:" >&2
        echo "    apt-get update && apt-get install -y$missing" >&2
        exit 1
    fi
    as_root=sudo
fi
command -v apt-get >/dev/null 2>&1 || {
    echo "The tests need these packages, and apt-get is not available to install them:$missing" >&2
    exit 1
}

echo "Installing for the tests:$missing"
# The tests start their own servers: the Debian packages must not start any.
$as_root mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] ||
    echo "create_main_cluster = false" | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
