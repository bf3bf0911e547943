// Package consent owns the scope catalogue: which scopes exist and what each means in
// words that a person can agree to.
//
// It does not decide which client may ask for a scope (package client) or what was
// granted (package grant).
package consent
