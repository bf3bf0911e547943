// Package consent owns the scope catalogue: which scopes exist, a description of each that a user
// can agree to, and which claims about the user each releases; and the consents that users gave
// and wanted remembered.
//
// It does not decide which client may request a scope (package client) or what was granted
// (package grant).
package consent
