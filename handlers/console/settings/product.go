package settings

import (
	"embed"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

//go:embed all:templates
var templates embed.FS

// Product is a library or an application that signs people in.
type Product struct {
	// Name is part of the path of its page, Title how it calls itself.
	Name, Title string
	// Docs is the page that has the last word.
	Docs string
	// Callback is the path of its redirect URI, in which {id} is Provider.ID.
	Callback string
	// Also are further redirect URIs of it, such as that of its command line.
	Also []string
	// Address is an example of where it is.
	Address string
	// Local: it runs on the computers of people, at that address and no other.
	Local bool
	// Scopes are those that it asks for, of the ones that the client may have.
	Scopes []string
	// NeedsSecret: it cannot be a public client; NoSecret: its users have its settings, so it should be one.
	NeedsSecret, NoSecret bool
	// NoPKCE: it sends no code challenge unless it is changed.
	NoPKCE bool
	// Method is the only way in which it sends a secret, whatever its settings; empty: it takes the one of the client.
	Method client.AuthMethod
	// Algs are the algorithms of ID tokens that it verifies; nil: all.
	Algs []string
	// HTTPS: it takes no server without TLS, not even to try it.
	HTTPS bool
	// NeedsEmail: it knows nobody without an email address.
	NeedsEmail bool
	// IDTokenClaims: it looks for name and email, or groups, in ID tokens alone.
	IDTokenClaims bool
	// Files are what to paste, by the names of the templates.
	Files []string
}

// Products are all, libraries first.
func Products() []Product {
	return []Product{
		openidClient(), authJS(), spring(), aspNET(), django(), goOIDC(),
		oauth2Proxy(), grafana(), argoCD(), gitea(), kubernetes(), nextcloud(), proxmox(),
	}
}

// Named is the product with a name.
func Named(name string) (Product, bool) {
	for _, p := range Products() {
		if p.Name == name {
			return p, true
		}
	}
	return Product{}, false
}

func signIn(also ...string) []string { return append([]string{"openid", "profile", "email"}, also...) }
