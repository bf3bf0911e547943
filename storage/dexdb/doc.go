// Package dexdb reads the clients and password users from the SQLite database of Dex. It changes
// nothing there. For a Dex with another database, its records can be moved to SQLite, or written as
// JSON lines.
package dexdb
