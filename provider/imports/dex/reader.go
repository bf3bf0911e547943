package dex

import (
	"context"
	"encoding/base64"
	"io"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// Options say how to translate.
type Options struct {
	// Roles maps groups to roles; others are left out.
	Roles map[string]string
}

// Reader yields clients, then users.
type Reader struct {
	clients   []Client
	passwords []Password
	options   Options
	next      int
}

// NewReader makes a Reader of what a configuration or a database has.
func NewReader(clients []Client, passwords []Password, o Options) *Reader {
	return &Reader{clients: clients, passwords: passwords, options: o}
}

// Next is part of imports.Reader.
func (r *Reader) Next(context.Context) (imports.Item, error) {
	i := r.next
	r.next++
	if i < len(r.clients) {
		return r.client(i), nil
	}
	if i -= len(r.clients); i < len(r.passwords) {
		return r.user(i), nil
	}
	return imports.Item{}, io.EOF
}

func (r *Reader) client(i int) imports.Item {
	c := r.clients[i]
	line := map[string]any{
		"client_id": c.ID, "client_name": c.Name, "redirect_uris": orEmpty(c.RedirectURIs), "post_logout_redirect_uris": orEmpty(c.PostLogoutRedirectURIs),
		"grant_types": []string{"authorization_code", "refresh_token"},
		"scopes":      []string{"openid", "profile", "email", "groups", "offline_access"},
		// The access tokens of Dex are JWTs that are signed like its ID tokens.
		"access_token_format": "jwt", "access_token_alg": "RS256", "access_token_typ": "JWT",
	}
	if c.Name == "" {
		line["client_name"] = c.ID
	}
	if strings.HasPrefix(c.LogoURL, "https://") {
		line["logo_uri"] = c.LogoURL
	}
	if c.Public {
		// Dex gives public clients the loopback interface, which is for native applications (RFC 8252 section 7.3).
		line["token_endpoint_auth_method"], line["client_type"] = "none", "native"
	} else {
		line["token_endpoint_auth_method"], line["client_secret"] = "client_secret_basic", c.Secret
	}
	item := imports.Item{Kind: imports.KindClient, Line: i + 1}
	if len(c.TrustedPeers) > 0 {
		item.Notes = append(item.Notes, "left out: the trusted peers "+strings.Join(c.TrustedPeers, ", "))
	}
	if len(c.AllowedConnectors) > 0 {
		item.Notes = append(item.Notes, "left out: the restriction to the connectors "+strings.Join(c.AllowedConnectors, ", "))
	}
	if len(c.MFAChain) > 0 {
		item.Notes = append(item.Notes, "left out, so that the password alone suffices: the second factors "+strings.Join(c.MFAChain, ", "))
	}
	item.Complete(line, imports.ParseClient)
	switch {
	case c.IDEnv != "":
		item.Fault = &imports.Fault{Field: "/client_id", Reason: "is in the environment variable " + c.IDEnv + " of Dex: give it in the line"}
	case c.SecretEnv != "":
		item.Fault = &imports.Fault{Field: "/client_secret", Reason: "is in the environment variable " + c.SecretEnv + " of Dex: give it in the line"}
	}
	return item
}

func (r *Reader) user(i int) imports.Item {
	p := r.passwords[i]
	item := imports.Item{Kind: imports.KindUser, Line: i + 1}
	line := map[string]any{
		"sub": Subject(p.UserID), "email": p.Email, "email_verified": p.EmailVerified == nil || *p.EmailVerified, "password_hash": p.Hash,
		"username": p.username(),
	}
	if p.HashFromEnv != "" { // no hash: imported as it is, the line makes no user without a password
		line["password_hash"] = "${" + p.HashFromEnv + "}"
	}
	// Dex shows the user name as the name where there is no other.
	if name := p.Name; name != "" {
		line["name"] = name
	} else if p.Username != "" {
		line["name"] = p.Username
	}
	var roles, others []string
	for _, group := range p.Groups {
		if mapped := r.options.Roles[group]; mapped != "" {
			roles = append(roles, mapped)
		} else {
			others = append(others, group)
		}
	}
	slices.Sort(roles)
	line["roles"] = orEmpty(slices.Compact(roles))
	if others != nil {
		item.Notes = append(item.Notes, "left out, as --role-map does not name them: the groups "+strings.Join(others, ", "))
	}
	item.Complete(line, imports.ParseUser)
	if p.HashFromEnv != "" {
		item.Fault = &imports.Fault{Field: "/password_hash", Reason: "is in the environment variable " + p.HashFromEnv + " of Dex: give it in the line"}
	}
	return item
}

// username: in Dex users sign in by their address, and the user name is a text to show.
func (p *Password) username() string {
	for _, name := range []string{p.PreferredUsername, p.Username} {
		if name != "" && !strings.ContainsAny(name, " @") {
			return name
		}
	}
	return imports.UsernameOf(p.Email)
}

// localConnector is the id of the connector that signs in the users of Dex's own.
const localConnector = "local"

// Subject is the sub of a user of Dex's own: a protocol buffer of the user's id and the connector's, in
// base64.
func Subject(userID string) string {
	field := func(number byte, text string) []byte {
		encoded := []byte{number<<3 | 2} // of a length that is known
		n := len(text)
		for n >= 0x80 {
			encoded, n = append(encoded, byte(n)|0x80), n>>7
		}
		return append(append(encoded, byte(n)), text...)
	}
	return base64.RawURLEncoding.EncodeToString(append(field(1, userID), field(2, localConnector)...))
}

func orEmpty(list []string) []string { return append([]string{}, list...) }
