#!/bin/sh
# Makes the secrets of compose.yaml; existing ones are kept.
set -eu
cd "$(dirname "$0")/secrets"
# The files are readable by all users, since the servers in the containers run under different
# ids; the folder is not, so that other users of this machine cannot read them.
chmod 700 .
umask 022

make_secret() {
    [ -s "$1" ] || openssl rand -hex 32 >"$1"
}
make_secret secret
make_secret postgres_password
make_secret grafana_password
[ -s database_url ] ||
    printf 'postgres://gatehouse:%s@postgres:5432/gatehouse?sslmode=disable\n' "$(cat postgres_password)" >database_url
echo "Grafana: http://localhost:3000, admin, $(cat grafana_password)"
