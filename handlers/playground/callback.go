package playground

import (
	"crypto/subtle"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// callback receives the authorization response, as the application. It keeps what came and leads to the page,
// so that the code stays in no URL.
func (p *Playground) callback(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	f := codeFlow()
	w.Header().Set("Cache-Control", "no-store")
	browser, known := p.Browsers.Browser(r)
	now := p.Clock.Now(r.Context())
	a := p.kept.of(browser, f.name, now)
	if !known || a.state == "" { // there is nothing that the answer could belong to
		return refusal.New(refusal.InvalidRequest, refusal.CheckFlow, "This browser has begun no attempt in the playground, or more than an hour ago.")
	}
	name, got := p.received(a, query)
	s, _ := f.step(name)
	p.kept.learn(browser, f.name, now, s, got)
	if code := query.Get("code"); name == authorizeStep && !got.refused && code != "" {
		p.kept.gotCode(browser, f.name, code)
	}
	return backTo(w, f, name+answerSuffix)
}

// maxReceived bounds what is kept of a parameter, in bytes.
const maxReceived = 2000

// received is what the application makes of an authorization response (RFC 6749 section 4.1.2, RFC 9207), and
// the step that shows it.
func (p *Playground) received(a attempt, query url.Values) (string, answer) {
	var got answer
	for _, name := range []string{"code", "state", "iss", "error", "error_description", "error_uri"} {
		if value := query.Get(name); value != "" {
			got.received = append(got.received, curl.Pair{Name: name, Value: value[:min(len(value), maxReceived)]})
		}
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(a.state), []byte(query.Get("state"))) == 0:
		got.refused, got.note = true, "The state is not the one of step 1: the application did not ask for this answer in this browser. It ignores the code."
		return forgedStep, got
	case query.Get("iss") != p.Issuer:
		got.refused, got.note = true, "iss names another server than the one that was asked (RFC 9207): the application ignores the answer."
	case query.Get("error") != "":
		got.refused, got.note = true, "The server refused, and said so to the application. Try again with the link above."
	default:
		got.note = "The state is the one of step 1 and iss is the server that was asked, so the application accepts the code."
	}
	return authorizeStep, got
}
