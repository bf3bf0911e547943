package playground

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
)

// maxBody bounds what is kept of the body of an answer, in bytes.
const maxBody = 16 << 10

// answer is what came back for a request.
type answer struct {
	sent    request
	status  int
	headers []curl.Pair
	body    []byte
	cut     bool
	// received are the parameters of an authorization response.
	received []curl.Pair
	// note is what the application makes of the answer, or empty; refused is whether it accepts it.
	note    string
	refused bool
}

func (a answer) ok() bool { return a.status == http.StatusOK }

// send sends a request to this server.
func (p *Playground) send(ctx context.Context, r request) answer {
	header := http.Header{}
	for _, h := range r.headers() {
		header.Add(h.Name, h.Value)
	}
	reply, err := p.Server.Do(ctx, r.method, r.address(), header, r.body(), maxBody)
	if err != nil {
		return answer{sent: r, refused: true, note: fmt.Sprintf("There is no answer from %s: %v.", p.Issuer, err)}
	}
	a := answer{sent: r, status: reply.Status, body: reply.Body, cut: reply.Cut}
	for name, values := range reply.Header {
		for _, value := range values {
			a.headers = append(a.headers, curl.Pair{Name: name, Value: value})
		}
	}
	slices.SortFunc(a.headers, func(a, b curl.Pair) int { return strings.Compare(a.Name, b.Name) })
	return a
}

// written is the answer as it came, with JSON indented.
func (a answer) written() string {
	if a.status == 0 {
		return ""
	}
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "HTTP/1.1 %d %s\n", a.status, http.StatusText(a.status))
	for _, h := range a.headers {
		b.WriteString(h.Name + ": " + h.Value + "\n")
	}
	var indented bytes.Buffer
	body := a.body
	if json.Indent(&indented, body, "", "  ") == nil {
		body = indented.Bytes()
	}
	if text := strings.TrimSpace(string(body)); text != "" {
		b.WriteString("\n" + text)
	}
	if a.cut {
		b.WriteString("\n…")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
