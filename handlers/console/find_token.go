package console

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// jwtContent is the content of a JWT, which nobody has verified.
type jwtContent struct {
	Header, Claims string
}

// findToken recognizes the value of a token, and the id of an issuance.
func (c *Console) findToken(ctx context.Context, text string, found *findings) error {
	if id, err := provider.ParseID(strings.ToLower(text)); err == nil {
		return c.findIssuance(ctx, id, "issuance", found)
	}
	own, malformed := token.Parse(text)
	if strings.HasPrefix(text, "gh_") {
		found.Credential = true
		switch {
		case malformed != nil:
			found.Hint = "cut"
			return nil
		case own.Kind == token.Code:
			found.Hint = "code"
			return nil
		case own.Kind == token.Session:
			return c.findSessionID(ctx, own.ID, found)
		}
	}
	if found.JWT = readJWT(text); found.JWT != nil {
		found.Credential = true
	}
	id, kind, err := c.Tokens.Identify(ctx, text)
	switch {
	case errors.Is(err, grant.ErrInactive):
		if found.Credential {
			found.Hint = "foreign"
		}
		return nil
	case err != nil:
		return err
	case kind == token.Refresh:
		found.Credential = true
		return c.findIssuance(ctx, id, "refresh_token", found)
	default:
		return c.findIssuance(ctx, id, "access_token", found)
	}
}

func (c *Console) findIssuance(ctx context.Context, id provider.ID, kind string, found *findings) error {
	d, err := c.Tokens.Get(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found.Matches = append(found.Matches, match{Kind: kind, Name: d.Grant.ClientID, Path: tokensPath + "/" + id.String()})
	return nil
}

// readJWT reads what a JWT says (RFC 7519 section 3), or returns nil.
func readJWT(text string) *jwtContent {
	header, rest, ok := strings.Cut(text, ".")
	claims, signature, signed := strings.Cut(rest, ".")
	if !ok || !signed || strings.Contains(signature, ".") {
		return nil
	}
	first, second := readPart(header), readPart(claims)
	if first == "" || second == "" {
		return nil
	}
	return &jwtContent{first, second}
}

// readPart is a part of a JWT as people read it; empty: it is no JSON object.
func readPart(text string) string {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 || raw[0] != '{' || provider.TooDeep(raw) {
		return ""
	}
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return ""
	}
	return out.String()
}
