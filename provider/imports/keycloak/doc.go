// Package keycloak reads the users, clients and client scopes of a realm that Keycloak exported ("kc.sh
// export"), as items to import. It turns each into a line of the form that "gatehouse import users" and
// "gatehouse import clients" read, which is also what a refused one is written as.
//
// What has no equivalent is left out with a note; what would weaken the server, such as a redirect URI
// with a wildcard, is refused by the rules for clients.
package keycloak
