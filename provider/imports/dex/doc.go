// Package dex reads the clients and the password users of Dex as items to import: from its
// configuration, or from its own database, which package dexdb reads. Users who sign in to Dex through a
// connector have no password there and are not stored. Refresh tokens are left behind: Dex stores what
// its connectors need to refresh, which has no equivalent.
package dex
