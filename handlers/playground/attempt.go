package playground

import (
	"maps"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// attempt is what a browser has tried of a flow.
type attempt struct {
	// state, nonce and verifier are secrets of the application; empty: not made yet.
	state, nonce, verifier string
	// code is not used yet, usedCode is.
	code, usedCode string
	// refresh is not used yet, spent is.
	access, refresh, spent string
	// id is the ID token that the code yielded; later ones have no nonce.
	id string
	// answers are the latest ones by step.
	answers map[string]answer
}

func (a attempt) clone() attempt {
	a.answers = maps.Clone(a.answers)
	return a
}

// newAttempt begins a sign-in (RFC 6749 section 10.12, RFC 7636 section 4.1, OpenID Connect Core section 15.5.2).
func (p *Playground) newAttempt() attempt {
	return attempt{state: transcript.Secret(p.Random), nonce: transcript.Secret(p.Random), verifier: transcript.Secret(p.Random)}
}

// learn keeps an answer, and the tokens in it for the next steps.
func (a *attempt) learn(s step, got answer) {
	if a.answers == nil {
		a.answers = map[string]answer{}
	}
	a.answers[s.name] = got
	if code := got.sent.Parameter("code"); code != "" && (s.usesCode || got.OK()) {
		a.usedCode, a.code = code, ""
	}
	if !got.OK() {
		return
	}
	tokens := map[string]string{}
	for _, m := range transcript.Members(got.Body) {
		tokens[m.Name] = m.Text()
	}
	if used := got.sent.Parameter("refresh_token"); used != "" && tokens["access_token"] != "" {
		a.spent = used
	}
	if got.sent.Parameter("code") != "" {
		a.id = tokens["id_token"]
	}
	for name, into := range map[string]*string{"access_token": &a.access, "refresh_token": &a.refresh} {
		if tokens[name] != "" {
			*into = tokens[name]
		}
	}
}
