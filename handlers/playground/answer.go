package playground

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// maxBody bounds what is kept of the body of an answer, in bytes.
const maxBody = 16 << 10

// answer is what came back for a request.
type answer struct {
	transcript.Answer

	sent transcript.Request
	// received are the parameters of an authorization response.
	received []curl.Pair
	// note is what the application makes of the answer, or empty; refused is whether it accepts it.
	note    string
	refused bool
}

// post is a request of a client with a form of name, value, name, value.
func post(c Config, path string, as transcript.Client, form ...string) transcript.Request {
	return transcript.Request{Method: http.MethodPost, URL: c.Issuer + path, As: as, Form: transcript.Pairs(form...)}
}

// send sends a request to this server.
func (p *Playground) send(ctx context.Context, r transcript.Request) answer {
	reply, err := p.Server.Do(ctx, r.Method, r.Address(), r.Header(), r.Body(), maxBody)
	if err != nil {
		return answer{sent: r, refused: true, note: fmt.Sprintf("There is no answer from %s: %v.", p.Issuer, err)}
	}
	a := answer{sent: r, Answer: transcript.Answer{Status: reply.Status, Body: reply.Body, Cut: reply.Cut}}
	for name, values := range reply.Header {
		for _, value := range values {
			a.Headers = append(a.Headers, curl.Pair{Name: name, Value: value})
		}
	}
	slices.SortFunc(a.Headers, func(a, b curl.Pair) int { return strings.Compare(a.Name, b.Name) })
	return a
}
