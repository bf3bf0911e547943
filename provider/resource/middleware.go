package resource

import (
	"context"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Require lets requests through whose token has all the scopes. Handlers get the principal by
// FromContext. It panics without a scope: Authenticate is for endpoints that demand none.
func (v *Verifier) Require(scopes ...string) func(http.Handler) http.Handler {
	return v.With(Requirement{Scopes: atLeastOne(scopes)})
}

// RequireAny lets requests through whose token has one of the scopes at least.
func (v *Verifier) RequireAny(scopes ...string) func(http.Handler) http.Handler {
	return v.With(Requirement{AnyScope: atLeastOne(scopes)})
}

// RequireACR lets requests through whose user was authenticated in one of the contexts. Others get
// the challenge of RFC 9470, which tells the client to have the user authenticate so.
func (v *Verifier) RequireACR(acr ...string) func(http.Handler) http.Handler {
	return v.With(Requirement{ACR: atLeastOne(acr)})
}

// RequireMaxAge lets requests through whose user was authenticated not longer ago (RFC 9470).
func (v *Verifier) RequireMaxAge(age time.Duration) func(http.Handler) http.Handler {
	return v.With(Requirement{MaxAge: age})
}

// Authenticate lets requests with a valid token through, whatever its scopes.
func (v *Verifier) Authenticate(next http.Handler) http.Handler {
	return v.With(Requirement{})(next)
}

// Optional is Authenticate, but lets requests without a token through too. A token that is sent must
// be valid.
func (v *Verifier) Optional(next http.Handler) http.Handler {
	return v.With(Requirement{Optional: true})(next)
}

// atLeastOne: a list that is empty by mistake, such as of a missing setting, would demand nothing.
func atLeastOne(names []string) []string {
	if len(names) == 0 {
		panic("resource: nothing is required; use Authenticate for any valid token")
	}
	return names
}

// With lets requests through that fulfil the requirement. Several of these may be nested, such as
// one for all routes and another for some: the token is verified once.
//
// It panics if no token can fulfil the requirement, such as a scope with a space in it.
func (v *Verifier) With(need Requirement) func(http.Handler) http.Handler {
	need.Scopes, need.AnyScope, need.ACR = slices.Clone(need.Scopes), slices.Clone(need.AnyScope), slices.Clone(need.ACR)
	for _, name := range slices.Concat(need.Scopes, need.AnyScope, need.ACR) {
		if name == "" || !quotable(name) || strings.ContainsAny(name, ` "\`) {
			panic("resource: a scope or acr that no token can have")
		}
	}
	if need.MaxAge < 0 || (need.MaxAge > 0 && need.MaxAge < time.Second) {
		panic("resource: a MaxAge below a second")
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if e := v.authenticated(r.Context()); e != nil {
				if refused := need.check(e.principal, &v.options); refused != nil {
					v.refuse(w, r, refused)
					return
				}
				next.ServeHTTP(w, r)
				return
			}
			e, refused := v.authenticate(r, need)
			if refused != nil {
				v.refuse(w, r, refused)
				return
			}
			if e != nil {
				r = r.WithContext(context.WithValue(r.Context(), principalKey{}, e))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// authenticated returns what this verifier found in a middleware around this one. Another verifier's
// token may be for another API, or from another issuer.
func (v *Verifier) authenticated(ctx context.Context) *entry {
	if e, ok := ctx.Value(principalKey{}).(*entry); ok && e.verifier == v {
		return e
	}
	return nil
}

// authenticate returns nil twice for a request that need not have a token, and has none.
func (v *Verifier) authenticate(r *http.Request, need Requirement) (*entry, *Error) {
	token, refused := v.token(r)
	if refused != nil {
		if need.Optional && refused.Reason == NoToken {
			return nil, nil
		}
		refused.Scopes = need.scopes()
		return nil, refused
	}
	var certificate *x509.Certificate
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		certificate = r.TLS.PeerCertificates[0]
	}
	e, refused := v.verify(r.Context(), token, certificate)
	if refused != nil {
		if refused.Reason == MalformedToken && strings.ContainsAny(token, " ,\t") {
			refused = refuse(MalformedHeader) // more than one token
		}
		return nil, refused
	}
	return e, need.check(e.principal, &v.options)
}
