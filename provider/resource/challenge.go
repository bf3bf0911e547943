package resource

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// challenge writes WWW-Authenticate (RFC 6750 section 3, RFC 9470 section 3, RFC 9728 section 5.1).
type challenge struct{ realm, metadata string }

func newChallenge(o Options) (challenge, error) {
	c := challenge{realm: o.Realm}
	if !quotable(o.Realm) {
		return c, fmt.Errorf("resource: the realm %q has characters that a header cannot have", o.Realm)
	}
	if o.Resource != "" {
		address, err := metadataURL(o.Resource)
		if err != nil {
			return c, err
		}
		c.metadata = address.String()
	}
	return c, nil
}

func (c challenge) header(e *Error) string {
	var b strings.Builder
	b.WriteString("Bearer")
	separator := " "
	add := func(name, value string) {
		if value == "" {
			return
		}
		b.WriteString(separator + name + `="` + value + `"`)
		separator = ", "
	}
	add("realm", escape(c.realm))
	if e.Code != "" {
		add("error", e.Code)
		add("error_description", escape(e.Description))
	}
	add("scope", escape(strings.Join(e.Scopes, " ")))
	add("acr_values", escape(strings.Join(e.ACR, " ")))
	if e.MaxAge > 0 {
		add("max_age", strconv.FormatInt(int64(e.MaxAge/time.Second), 10))
	}
	add("resource_metadata", escape(c.metadata))
	return b.String()
}

// quotable: what a quoted string may contain, once escaped (RFC 9110 section 5.6.4).
func quotable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}

const metadataPath = "/.well-known/oauth-protected-resource"

// metadataURL puts the well-known path between the host and the path (RFC 9728 section 3.1).
func metadataURL(resource string) (*url.URL, error) {
	u, err := url.Parse(resource)
	if err != nil || u.Fragment != "" {
		return nil, fmt.Errorf("resource: Options.Resource %q is not a URL without a fragment (RFC 9728 section 1.2)", resource)
	}
	at := *u
	if u.Path == "/" {
		at.Path, at.RawPath = "", ""
	}
	at.Path = metadataPath + at.Path
	if at.RawPath != "" {
		at.RawPath = metadataPath + at.RawPath
	}
	return &at, nil
}
