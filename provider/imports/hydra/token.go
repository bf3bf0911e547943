package hydra

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// session is what is needed of the session of a token.
type session struct {
	IDToken struct {
		Claims struct {
			Subject  string         `json:"sub"`
			AuthTime any            `json:"auth_time"`
			ACR      string         `json:"acr"`
			AMR      []string       `json:"amr"`
			Extra    map[string]any `json:"ext"`
		} `json:"id_token_claims"`
		Subject string `json:"subject"`
	} `json:"id_token"`
	Extra map[string]any `json:"extra"`
}

func (s Secrets) session(stored []byte) (session, error) {
	var read session
	if !json.Valid(stored) { // Hydra may be told not to encrypt it
		plain, err := s.open(string(stored))
		if err != nil {
			return read, err
		}
		stored = plain
	}
	if err := json.Unmarshal(stored, &read); err != nil {
		return read, fmt.Errorf("is not in the form of Hydra 2")
	}
	return read, nil
}

// chain makes an item of the live tokens of one authorization.
func (r *Reader) chain(line int, tokens []Token) imports.Item {
	first := tokens[0]
	item := imports.Item{Kind: imports.KindRefreshToken, Line: line, Name: first.Subject + " at " + first.ClientID}
	// What is written for a refused item has no credential: a token cannot be imported from a file.
	item.Source, _ = json.Marshal(map[string]any{"client_id": first.ClientID, "sub": first.Subject, "scope": strings.Join(first.Scopes, " ")}) //nolint:errchkjson // texts alone
	if first.Subject == "" {
		item.Fault = &imports.Fault{Field: "/sub", Reason: "the token belongs to no user"}
		return item
	}
	s, err := r.secrets.session(first.Session)
	if err != nil {
		item.Fault = &imports.Fault{Field: "/session", Reason: err.Error()}
		return item
	}
	claims := s.IDToken.Claims
	if claims.Subject != "" && claims.Subject != first.Subject {
		item.Fault = &imports.Fault{Field: "/sub", Reason: "the application knows the user by another subject (pairwise, or forced by the consent application)"}
		return item
	}
	if extra := names(claims.Extra, s.Extra); len(extra) > 0 {
		item.Notes = append(item.Notes, "left out: the claims "+strings.Join(extra, ", ")+" of the consent application")
	}
	f := &grant.Foreign{
		ClientID: first.ClientID, Subject: first.Subject, Scopes: unique(first.Scopes), Audience: unique(first.Audience),
		AuthTime: authTime(claims.AuthTime), ACR: claims.ACR, AMR: claims.AMR,
	}
	for _, t := range tokens {
		digest, ok := grant.HydraDigest(t.Signature)
		if !ok {
			item.Fault = &imports.Fault{Reason: "the signature of the token is not of the form of Hydra 2"}
			return item
		}
		f.Tokens = append(f.Tokens, grant.ForeignToken{Digest: digest, ExpiresAt: t.ExpiresAt})
	}
	item.Value = f
	return item
}

// names are those of the claims, sorted.
func names(claims ...map[string]any) []string {
	all := map[string]bool{}
	for _, some := range claims {
		for name := range some {
			if name != "sid" { // Hydra's own
				all[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func unique(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	slices.Sort(list)
	return slices.Compact(list)
}

// authTime reads a time as Hydra has written it: seconds since 1970, or RFC 3339.
func authTime(v any) *time.Time {
	var at time.Time
	switch v := v.(type) {
	case float64:
		at = time.Unix(int64(v), 0)
	case string:
		parsed, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return nil
		}
		at = parsed
	}
	if at.Unix() <= 0 {
		return nil
	}
	at = at.UTC().Truncate(time.Second)
	return &at
}
