package client_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// draft-ietf-oauth-client-id-metadata-document section 3.
func TestWhichIDsAreURLsOfDocuments(t *testing.T) {
	for id, want := range map[string]bool{
		"https://notes.example/client.json":                 true,
		"https://notes.example:8443/a/client":               true,
		"https://notes.example/":                            true,
		"https://notes.example/a..b/.well-known/c":          true,
		"https://notes.example":                             false, // no path
		"https://notes.example:8443":                        false,
		"http://notes.example/client.json":                  false,
		"HTTPS://notes.example/client.json":                 false,
		"https://notes.example/a/../client.json":            false,
		"https://notes.example/./client.json":               false,
		"https://notes.example/..":                          false,
		"https://notes.example/%2e%2e/client.json":          false,
		"https://notes.example/client.json#a":               false,
		"https://notes.example/client.json?a=1":             false,
		"https://user@notes.example/client.json":            false,
		"https://user:a@notes.example/client.json":          false,
		"https://@notes.example/client.json":                false,
		"https://notes.example:/client.json":                false,
		"https://notes.example:0/client.json":               false,
		"https://notes.example:99999/client.json":           false,
		"https:///client.json":                              false,
		"https://:8443/client.json":                         false,
		"https:notes.example/client.json":                   false,
		"01900000-0000-7000-8000-000000000000":              false,
		"https://notes.example/" + strings.Repeat("a", 200): false,
	} {
		assert.Equal(t, want, client.DocumentURL(id), id)
	}
}

// An operator decides whether the document at the id of a client counts.
func TestAnOperatorsClientIsNoneOfADocument(t *testing.T) {
	for trust, want := range map[client.Trust]string{"": "", client.Operator: "", client.Unverified: "notes.example:8443", client.Verified: "notes.example:8443"} {
		c := client.Client{ID: "https://notes.example:8443/client.json", Trust: trust}
		assert.Equal(t, want, c.DocumentHost(), trust)
	}
	c := client.Client{ID: "notes", Trust: client.Unverified}
	assert.False(t, c.FromDocument())
}
