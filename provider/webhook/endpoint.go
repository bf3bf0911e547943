package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Bounds of an endpoint's properties, in bytes.
const (
	maxURL         = 2048
	maxDescription = 500
)

// Endpoint is where events are sent.
type Endpoint struct {
	ID          provider.ID
	URL         string
	Description string
	// Types are the events that the receiver wants; empty: all.
	Types    []string
	Disabled bool
	// FailingSince is the first failure after the last success, if any.
	FailingSince         *time.Time
	CreatedAt, UpdatedAt time.Time
}

// InvalidEndpoint: a property of an endpoint is wrong. The message may be shown.
type InvalidEndpoint struct{ Property, Message string }

// Error is part of error.
func (e *InvalidEndpoint) Error() string { return e.Property + " " + e.Message }

// Cleartext tells for which hosts, without port and in lower case, http is allowed.
type Cleartext func(host string) bool

// prepare validates the endpoint and puts its types in order.
func (e *Endpoint) prepare(cleartext Cleartext) error {
	if message := urlFault(e.URL, cleartext); message != "" {
		return &InvalidEndpoint{"url", message}
	}
	if fault := provider.TextFault(e.Description); fault != "" {
		return &InvalidEndpoint{"description", fault}
	}
	if len(e.Description) > maxDescription || !printable(e.Description) {
		return &InvalidEndpoint{"description", "must be printable text of at most 500 bytes"}
	}
	e.Types = slices.Compact(slices.Sorted(slices.Values(e.Types)))
	for _, name := range e.Types {
		if !slices.Contains(Types(), name) {
			return &InvalidEndpoint{"event_types", "must be names of events: " + strings.Join(Types(), ", ")}
		}
	}
	return nil
}

func urlFault(text string, cleartext Cleartext) string {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxURL:
		return "must have at most 2048 bytes"
	case err != nil || !printable(text) || strings.Contains(text, " ") || u.Hostname() == "":
		return "must be an absolute https URL"
	case u.User != nil:
		return "must have no user name and no password"
	case u.Fragment != "" || strings.Contains(text, "#"):
		return "must have no fragment"
	case u.Scheme == "https" || u.Scheme == "http" && cleartext(strings.ToLower(u.Hostname())):
		return ""
	default:
		return "must be an https URL"
	}
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// record is the endpoint as the audit log shows it.
func (e *Endpoint) record() map[string]any {
	values := map[string]any{"url": recorded(e.URL), "description": e.Description, "disabled": e.Disabled}
	if len(e.Types) > 0 {
		values["event_types"] = slices.Clone(e.Types)
	}
	return values
}

// recorded is the origin of a URL, with a digest of the rest: many receivers have a secret in the path
// or in the query. The digest tells one URL from another.
func recorded(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "…"
	}
	origin, rest := u.Scheme+"://"+u.Host, u.RequestURI()
	if rest == "/" {
		return origin + "/"
	}
	sum := sha256.Sum256([]byte(rest))
	return origin + "/… sha256:" + hex.EncodeToString(sum[:6])
}

func target(id provider.ID) audit.Target {
	return audit.Target{Type: audit.Webhook, ID: id.String()}
}
