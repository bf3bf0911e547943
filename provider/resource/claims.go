package resource

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// claimSet is what is read of a token or of an introspection response. It is decoded by the JSON
// package of go-jose, which compares names exactly and refuses duplicates: with encoding/json a
// claim AUD that a user may choose would replace aud.
type claimSet struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"`
	Audience  stringOrList `json:"aud"`
	ID        optionalText `json:"jti"`
	SessionID optionalText `json:"sid"`
	GrantID   optionalText `json:"grant_id"`
	ExpiresAt numericDate  `json:"exp"`
	NotBefore numericDate  `json:"nbf"`
	IssuedAt  numericDate  `json:"iat"`

	ClientID  string       `json:"client_id"`
	Azp       optionalText `json:"azp"`   // Keycloak, Auth0, Entra ID
	CID       optionalText `json:"cid"`   // Okta
	AppID     optionalText `json:"appid"` // Entra ID, version 1
	GrantType optionalText `json:"grant_type"`
	Gty       optionalText `json:"gty"` // Auth0

	Scope scopeList    `json:"scope"`
	Scp   scopeList    `json:"scp"` // Okta, Entra ID
	Roles roleList     `json:"roles"`
	ACR   optionalText `json:"acr"`
	AMR   optionalList `json:"amr"`
	Auth  optionalDate `json:"auth_time"`

	Confirmation map[string]any `json:"cnf"`

	// Only an introspection response has it.
	TokenType any `json:"token_type"`

	// What kind of token it is, as some providers say.
	Typ      any `json:"typ"`       // Keycloak: Bearer, ID, Refresh
	TokenUse any `json:"token_use"` // Cognito: access, id; others: access_token, refresh_token

	// ID tokens and logout tokens have these, access tokens have not.
	Nonce           any `json:"nonce"`
	AccessTokenHash any `json:"at_hash"`
	CodeHash        any `json:"c_hash"`
	StateHash       any `json:"s_hash"`
	Events          any `json:"events"`
}

func parseClaims(raw []byte) (*claimSet, error) {
	var c claimSet
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("parse claims: %w", jsonFault(err))
	}
	return &c, nil
}

func (c *claimSet) principal(raw []byte) Principal {
	p := Principal{
		Issuer: c.Issuer, Subject: c.Subject, ClientID: cmp.Or(c.ClientID, string(c.Azp), string(c.CID), string(c.AppID)), GrantType: cmp.Or(string(c.GrantType), string(c.Gty)),
		Scopes: c.Scope, Roles: c.Roles, Audience: c.Audience, TokenID: string(c.ID), SessionID: string(c.SessionID), GrantID: string(c.GrantID),
		IssuedAt: c.IssuedAt.Time, NotBefore: c.NotBefore.Time, ExpiresAt: c.ExpiresAt.Time,
		ACR: string(c.ACR), AMR: c.AMR, AuthTime: c.Auth.Time, claims: raw,
	}
	if p.Scopes == nil {
		p.Scopes = c.Scp
	}
	if p.Subject == "" {
		p.Subject = p.ClientID
	}
	if p.GrantType == "" && p.Subject == p.ClientID {
		p.GrantType = "client_credentials"
	}
	p.Confirmation.other = (c.Confirmation != nil && len(c.Confirmation) == 0) || c.dpop()
	for member, value := range c.Confirmation {
		text, _ := value.(string)
		switch {
		case member == "x5t#S256" && text != "":
			p.Confirmation.CertificateSHA256 = text
		case member == "jkt" && text != "":
			p.Confirmation.KeyThumbprint = text
		default:
			p.Confirmation.other = true
		}
	}
	return p
}

// dpop tells whether the token says that it is no bearer token (RFC 9449 section 5). It is bound then,
// even if the provider leaves out to what.
func (c *claimSet) dpop() bool {
	for _, kind := range []any{c.TokenType, c.Typ} {
		if text, ok := kind.(string); ok && strings.EqualFold(text, "DPoP") {
			return true
		}
	}
	return false
}

// optionalText is a claim that no check relies on: some providers use its name for another type.
type optionalText string

func (t *optionalText) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(t))
	}
	return nil
}

// optionalList is a list of strings, or a string, of a claim that no check relies on.
type optionalList []string

func (l *optionalList) UnmarshalJSON(raw []byte) error {
	var read stringOrList
	if json.Unmarshal(raw, &read) == nil {
		*l = optionalList(read)
	}
	return nil
}

// stringOrList is a string, or an array of strings (RFC 7519 section 4.1.3).
type stringOrList []string

func (l *stringOrList) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(l))
	}
	var one string
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	if one != "" {
		*l = []string{one}
	}
	return nil
}

// scopeList is a string with spaces between the scopes (RFC 6749 section 3.3), or an array.
type scopeList []string

func (l *scopeList) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(l))
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	if string(raw) != "null" {
		// By nothing else: what another server takes for a part of a name must not be a scope here.
		*l = slices.DeleteFunc(strings.Split(text, " "), func(scope string) bool { return scope == "" })
	}
	return nil
}

// roleList is a string, or an array of strings or of objects with a value (RFC 7643 section 4.1.2).
// Other forms are somebody's own claim by that name, and no reason to refuse the token.
type roleList []string

func (l *roleList) UnmarshalJSON(raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return err
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, one := range list {
		if object, ok := one.(map[string]any); ok {
			one = object["value"]
		}
		if role, ok := one.(string); ok && role != "" {
			*l = append(*l, role)
		}
	}
	return nil
}

// numericDate is seconds since 1970 (RFC 7519 section 2), with a fraction if the provider likes.
type numericDate struct{ time.Time }

// year9999 bounds what time.Time computes with: a number beyond it would overflow to the past.
const year9999 = 253402300799

func (d *numericDate) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	var seconds float64
	if err := json.Unmarshal(raw, &seconds); err != nil {
		return err
	}
	if seconds < 0 || seconds > year9999 {
		return errors.New("a time is out of range")
	}
	whole := int64(seconds)
	d.Time = time.Unix(whole, int64((seconds-float64(whole))*1e9)).UTC()
	return nil
}

// optionalDate is zero where it cannot be read, as if it were missing: a check of it fails then.
type optionalDate struct{ time.Time }

func (d *optionalDate) UnmarshalJSON(raw []byte) error {
	var read numericDate
	if json.Unmarshal(raw, &read) == nil {
		d.Time = read.Time
	}
	return nil
}
