// Package resourcetest has an issuer for the tests of APIs: a server on a free port of the loopback
// interface, with metadata, keys, introspection and the revocation feed of Gatehouse, that issues whatever tokens a test needs.
//
//	issuer := resourcetest.NewIssuer(t)
//	verifier, err := resource.New(t.Context(), issuer.URL, resource.Options{Audience: []string{issuer.Audience}})
//	...
//	r.Header.Set("Authorization", "Bearer "+issuer.Token(resourcetest.Claims{"scope": "invoices:read"}))
//
// It is not bound to package resource: any other library that checks tokens can be tested with it.
// Its tokens are real, with signatures of a key made for the test.
package resourcetest
