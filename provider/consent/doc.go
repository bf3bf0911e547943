// Package consent owns the scope catalogue: which scopes exist, what each means in words
// that a person can agree to, and which claims about a person each releases; and what people
// agreed to and wanted remembered.
//
// It does not decide which client may ask for a scope (package client) or what was
// granted (package grant).
package consent
