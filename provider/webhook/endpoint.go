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
	"github.com/gatehouse-id/gatehouse/provider/fault"
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

// InvalidEndpoint: a property of an endpoint is wrong.
type InvalidEndpoint struct {
	Property string
	Fault    *fault.Fault
}

// Error is part of error.
func (e *InvalidEndpoint) Error() string { return e.Property + " " + e.Fault.String() }

// Cleartext tells for which hosts, without port and in lower case, http is allowed.
type Cleartext func(host string) bool

// prepare validates the endpoint and puts its types in order.
func (e *Endpoint) prepare(cleartext Cleartext) error {
	if wrong := urlFault(e.URL, cleartext); wrong != nil {
		return &InvalidEndpoint{"url", wrong}
	}
	if wrong := provider.TextFault(e.Description); wrong != nil {
		return &InvalidEndpoint{"description", wrong}
	}
	if len(e.Description) > maxDescription || !printable(e.Description) {
		return &InvalidEndpoint{"description", fault.New(fault.Printable, "bytes", maxDescription)}
	}
	e.Types = slices.Compact(slices.Sorted(slices.Values(e.Types)))
	for _, name := range e.Types {
		if !slices.Contains(Types(), name) {
			return &InvalidEndpoint{"event_types", fault.New(fault.Events, "events", strings.Join(Types(), ", "))}
		}
	}
	return nil
}

func urlFault(text string, cleartext Cleartext) *fault.Fault {
	u, err := url.Parse(text)
	switch {
	case len(text) > maxURL:
		return fault.New(fault.Long, "bytes", maxURL)
	case err != nil || !printable(text) || strings.Contains(text, " ") || u.Hostname() == "":
		return fault.New(fault.URL)
	case u.User != nil:
		return fault.New(fault.URLUser)
	case u.Fragment != "" || strings.Contains(text, "#"):
		return fault.New(fault.URLFragment)
	case !provider.ValidPort(u.Port()):
		return fault.New(fault.URLPort)
	case u.Scheme == "https" || u.Scheme == "http" && cleartext(strings.ToLower(u.Hostname())):
		return nil
	default:
		return fault.New(fault.HTTPS)
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
