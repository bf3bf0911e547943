package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
)

// Answer is an answer as it came.
type Answer struct {
	// Status is 0 where none came.
	Status  int
	Headers []curl.Pair
	Body    []byte
	// Cut: the body was longer, and ends here.
	Cut bool
}

// OK tells whether it is the answer that was asked for.
func (a Answer) OK() bool { return a.Status == http.StatusOK }

// HTTP is the answer as it came, with JSON indented.
func (a Answer) HTTP() string {
	if a.Status == 0 {
		return ""
	}
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "HTTP/1.1 %d %s\n", a.Status, http.StatusText(a.Status))
	for _, h := range a.Headers {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	var indented bytes.Buffer
	body := a.Body
	if json.Indent(&indented, body, "", "  ") == nil {
		body = indented.Bytes()
	}
	if text := strings.TrimSpace(string(body)); text != "" {
		b.WriteString("\n" + text)
	}
	if a.Cut {
		b.WriteString("\n…")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
