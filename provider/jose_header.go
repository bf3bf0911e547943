package provider

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"slices"
	"strings"
)

// JOSEHeader is what decides how a JWS or a JWE in compact form is read (RFC 7515 section 4, RFC 7516 section 4).
type JOSEHeader struct{ Type, Algorithm, Encryption, KeyID string }

// Is tells whether the typ is one of the given kinds, such as "client-authentication+jwt": with or without "application/",
// in any case (RFC 7515 section 4.1.9). JWT and none are those of libraries that are older than the kinds, and fit each of
// them; a JWT with the type of another kind is of that kind (RFC 8725 section 3.11).
func (h JOSEHeader) Is(kinds ...string) bool {
	if h.Type == "" {
		return true
	}
	name := h.Type
	if !strings.Contains(name, "/") {
		name = "application/" + name
	}
	media, _, err := mime.ParseMediaType(name)
	kind, ok := strings.CutPrefix(media, "application/")
	return err == nil && ok && (kind == "jwt" || slices.Contains(kinds, kind))
}

// refusedJOSE are members with which no header is read. A key is always one that was registered or made here: an
// attacker could sign with a key of their own and name it (RFC 8725 section 3.10). What is compressed could be of
// any size, and an extension that is not understood must not be ignored (RFC 7515 section 4.1.11).
func refusedJOSE() []string { return []string{"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip"} }

// ReadJOSEHeader reads the header of a compact JWS or JWE, before anything of it is verified or decrypted. Names are
// compared exactly; members that nothing here reads are ignored.
func ReadJOSEHeader(text string) (h JOSEHeader, ok bool) {
	encoded, _, _ := strings.Cut(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	var members map[string]json.RawMessage
	if err != nil || TooDeep(raw) || JSONFault(raw) != nil || json.Unmarshal(raw, &members) != nil {
		return h, false
	}
	if members == nil || slices.ContainsFunc(refusedJOSE(), func(name string) bool { return members[name] != nil }) {
		return h, false
	}
	for name, into := range map[string]*string{"typ": &h.Type, "alg": &h.Algorithm, "enc": &h.Encryption, "kid": &h.KeyID} {
		value, there := members[name]
		if there && (value[0] != '"' || json.Unmarshal(value, into) != nil) {
			return JOSEHeader{}, false
		}
	}
	return h, true
}
