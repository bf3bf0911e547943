package resource

import (
	"encoding/json"
	"net/http"
)

// Metadata is what the document about this API says besides its name, its provider, and how tokens
// are sent (RFC 9728 section 2).
type Metadata struct {
	Scopes        []string `json:"scopes_supported,omitempty"`
	Name          string   `json:"resource_name,omitempty"`
	Documentation string   `json:"resource_documentation,omitempty"`
	Policy        string   `json:"resource_policy_uri,omitempty"`
	Terms         string   `json:"resource_tos_uri,omitempty"`
}

type metadataDocument struct {
	Resource string   `json:"resource"`
	Servers  []string `json:"authorization_servers"`
	Methods  []string `json:"bearer_methods_supported"`
	Metadata
	CertificateBound bool `json:"tls_client_certificate_bound_access_tokens,omitempty"`
}

// MetadataPath is where MetadataHandler must be served: /.well-known/oauth-protected-resource, and
// after it the path of Options.Resource.
func (v *Verifier) MetadataPath() string {
	if address, err := metadataURL(v.options.Resource); err == nil {
		return address.Path
	}
	return metadataPath
}

// MetadataHandler serves the document about this API (RFC 9728), by which clients find its provider.
// It is public: serve it without the middleware. Without Options.Resource it responds with 404.
func (v *Verifier) MetadataHandler() http.Handler {
	document, err := json.Marshal(metadataDocument{
		Resource: v.options.Resource, Servers: []string{v.issuer}, Methods: []string{"header"},
		Metadata: v.options.Metadata, CertificateBound: v.options.ClientCertificates,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case v.options.Resource == "" || err != nil:
			http.NotFound(w, r)
		case r.Method == http.MethodOptions:
			// Clients in browsers may send headers of their own, such as MCP-Protocol-Version.
			w.Header().Set("Allow", "GET, HEAD, OPTIONS")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD")
			w.Header().Set("Access-Control-Allow-Headers", "*")
			w.Header().Set("Access-Control-Max-Age", "3600")
			w.WriteHeader(http.StatusNoContent)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD, OPTIONS")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		default:
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "public, max-age=3600")
			w.Header().Set("Access-Control-Allow-Origin", "*") // it is public, and clients in browsers need it
			_, _ = w.Write(document)
		}
	})
}
