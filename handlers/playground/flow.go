package playground

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// flow is a sequence of steps, and the mistakes that can be tried in it.
type flow struct {
	name, title, lead string
	steps, mistakes   []step
}

// step is one request, or with no build what the application does by itself.
type step struct {
	// name is unique in its flow.
	name, title string
	about       []string
	specs       []spec
	// needs says what is missing for the step; empty: nothing. Nil: it needs nothing.
	needs func(attempt) string
	build func(Config, attempt) transcript.Request
	// check is what the application makes of a good answer at a time, or nil. It returns an error for one that it
	// does not accept.
	check func(context.Context, Config, attempt, answer, time.Time) (note string, err error)
	// visit: the browser goes there itself.
	visit bool
	// usesCode: the code is used up even if the request is refused.
	usesCode bool
}

// step is the one with the name.
func (f flow) step(name string) (step, bool) {
	for _, list := range [][]step{f.steps, f.mistakes} {
		for _, s := range list {
			if s.name == name {
				return s, true
			}
		}
	}
	return step{}, false
}

// flows are all of them, as the page lists them.
func flows() []flow {
	return []flow{codeFlow(), refreshFlow(), serviceFlow(), passwordFlow(), introspectionFlow(), revocationFlow()}
}

// spec is a section of a specification.
type spec struct{ title, url string }

func rfc(number int, section string) spec {
	return spec{fmt.Sprintf("RFC %d, section %s", number, section), fmt.Sprintf("https://www.rfc-editor.org/rfc/rfc%d.html#section-%s", number, section)}
}

func openID(section, anchor string) spec {
	return spec{"OpenID Connect Core, section " + section, "https://openid.net/specs/openid-connect-core-1_0.html#" + anchor}
}

// The conditions of steps.

func needsSecrets(a attempt) string {
	if a.state == "" {
		return "Step 1 first: the request needs a state, a nonce and a challenge."
	}
	return ""
}

func needsCode(a attempt) string {
	switch {
	case a.code != "":
		return ""
	case a.usedCode != "":
		return "The code of this attempt is used up. Begin again with step 1 to get another one."
	default:
		return "There is no code yet: it comes with the answer of the sign-in."
	}
}

func needsUsedCode(a attempt) string {
	if a.usedCode == "" {
		return "Exchange the code first."
	}
	return ""
}

func needsAccess(a attempt) string {
	if a.access == "" {
		return "There is no access token yet: get one above."
	}
	return ""
}

func needsID(a attempt) string {
	if a.id == "" {
		return "There is no ID token yet: exchange the code first."
	}
	return ""
}

func needsRefresh(a attempt) string {
	if a.refresh == "" {
		return "There is no refresh token yet: get one above."
	}
	return ""
}

func needsSpent(a attempt) string {
	if a.spent == "" {
		return "No refresh token is used yet: use one above."
	}
	return ""
}
