package client

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// ResponseCode is the response type of the authorization code flow, and that of a client that is
// registered for none (OpenID Connect Registration section 2).
const ResponseCode = "code"

// The words of response types that put tokens into the authorization response.
const (
	ResponseIDToken = "id_token"
	ResponseToken   = "token"
)

// ResponseTypes are those that a client can be registered for, as metadata spells them (OAuth 2.0
// Multiple Response Type Encoding Practices sections 3 and 5). token alone is none of them: OpenID
// Connect has no use for it, and RFC 9700 section 2.1.2 advises against it.
func ResponseTypes() []string {
	return []string{ResponseCode, "id_token", "id_token token", "code id_token", "code token", "code id_token token"}
}

// ResponseType is the spelling that metadata has of a response type, or empty for one that no client
// can be registered for. The order of the words does not matter (RFC 6749 section 3.1.1), their case
// does.
func ResponseType(text string) string {
	if text == ResponseCode {
		return text
	}
	words := strings.Split(text, " ")
	slices.Sort(words)
	if sorted := strings.Join(words, " "); slices.Contains(ResponseTypes(), sorted) { // whose words are in that order
		return sorted
	}
	return ""
}

// Returns tells whether a word is one of those of a response type: what the response has in it.
func Returns(responseType, word string) bool {
	return slices.Contains(strings.Fields(responseType), word)
}

// GrantsOf are the grant types that a client needs for a response type (OpenID Connect Registration
// section 2).
func GrantsOf(responseType string) []GrantType {
	var needed []GrantType
	if Returns(responseType, ResponseCode) {
		needed = append(needed, AuthorizationCode)
	}
	if Returns(responseType, ResponseIDToken) || Returns(responseType, ResponseToken) {
		needed = append(needed, Implicit)
	}
	return needed
}

// Responses are the response types that the client is registered for, as metadata spells them.
func (c *Client) Responses() []string {
	if len(c.ResponseTypes) == 0 {
		return []string{ResponseCode}
	}
	types := make([]string, len(c.ResponseTypes))
	for i, text := range c.ResponseTypes {
		types[i] = ResponseType(text)
	}
	return types
}

// spellResponses writes the response types as metadata does, and code alone as none; what is none of
// them is for Validate.
func (c *Client) spellResponses() {
	if len(c.ResponseTypes) == 1 && c.ResponseTypes[0] == ResponseCode {
		c.ResponseTypes = nil
	}
	types := slices.Clone(c.ResponseTypes)
	for i, text := range types {
		if spelt := ResponseType(text); spelt != "" {
			types[i] = spelt
		}
	}
	c.ResponseTypes = types
}

// MayRespond tells whether the client is registered for a response type, in the spelling of
// metadata. The grant types that it needs are another matter: see GrantsOf.
func (c *Client) MayRespond(responseType string) bool {
	if len(c.ResponseTypes) == 0 {
		return responseType == ResponseCode
	}
	return slices.Contains(c.Responses(), responseType)
}

// FrontChannelFault says why tokens of a response type must not be sent to a redirect URI of the
// client; empty: they may, or the response type has none. No client proves itself to get them, so
// the address is all that keeps them from another one.
func (c *Client) FrontChannelFault(uri, responseType string) fault.Code {
	if !slices.Contains(GrantsOf(responseType), Implicit) {
		return ""
	}
	u, err := url.Parse(uri)
	switch {
	case err == nil && u.Scheme == "https":
		// OpenID Connect Registration section 2 forbids web clients localhost, too. With a certificate
		// it is as good as any other host, and what is developed and tested is there.
		return ""
	case c.Type != Native: // OpenID Connect Registration section 2, application_type
		return fault.URIImplicit
	case Returns(responseType, ResponseToken):
		// Any program on the machine may receive what is sent to a private scheme or a port, and no
		// verifier keeps it from the access token (RFC 8252 section 8.2).
		return fault.URIImplicitToken
	default:
		return ""
	}
}

func (c *Client) validateResponses(bad *Invalid) {
	for i, text := range c.ResponseTypes {
		if ResponseType(text) == "" {
			bad.addItem("response_types", i, fault.New(fault.Response, "value", strconv.Quote(text), "choices", oneOf(ResponseTypes())))
		}
	}
	if len(c.ResponseTypes) > maxListed || repeats(c.Responses()) {
		bad.add("response_types", fault.New(fault.ResponseTwice))
	}
	if len(c.ResponseTypes) == 0 && !c.MayUse(Implicit) {
		return // whoever needs the code flow has its grant type
	}
	implicit := false
	for i, kind := range c.Responses() {
		for _, g := range GrantsOf(kind) {
			implicit = implicit || g == Implicit
			if !c.MayUse(g) {
				bad.addItem("response_types", i, fault.New(fault.ResponseGrant, "value", kind, "grant", string(g)))
			}
		}
	}
	if c.MayUse(Implicit) && !implicit {
		bad.add("grant_types", fault.New(fault.GrantImplicit, "choices", oneOf(ResponseTypes()[1:])))
	}
	c.validateFrontChannel(bad)
}

// validateFrontChannel adds the first fault of each redirect URI.
func (c *Client) validateFrontChannel(bad *Invalid) {
	for i, uri := range c.RedirectURIs {
		for _, kind := range c.Responses() {
			if why := c.FrontChannelFault(uri, kind); why != "" {
				bad.addItem("redirect_uris", i, fault.New(why, "value", strconv.Quote(uri), "type", kind))
				break
			}
		}
	}
}
