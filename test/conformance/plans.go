package main

import (
	"path"
	"strings"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
)

// plan is a plan of the suite as we run it.
type plan struct {
	name    string // ours
	suite   string // the suite's
	variant map[string]string
	modules int // how many there are
	// change makes the configuration of the one for registered clients; nil: it is that one.
	change func(c *configuration, b browser) error
	// walked: a Chromium of the runner visits all pages, and not the suite's own browser.
	walked bool
	// expected are the modules whose result is not PASSED.
	expected []expectation
}

// expectation is a result that is not PASSED, of the modules with such a name.
type expectation struct {
	modules string // a pattern
	variant string // part of the text of the variant; empty: any
	result  string
	why     string
}

// The results of a module, as the suite calls them.
const (
	passed  = "PASSED"
	warning = "WARNING"
	review  = "REVIEW"  // a person is to look at a page that was kept
	skipped = "SKIPPED" // it does not apply to this server
	failed  = "FAILED"
)

const (
	seenAgain   = "the page of the second sign-in, to be looked at"
	noRedirect  = "an error page instead of a redirect, to be looked at"
	unsigned    = "request objects without a signature are not offered, so that there is nothing to test"
	onThePage   = "the sign-in page with what the client registered, to be looked at"
	notSignedIn = "the question whether to sign out, without a redirect, to be looked at: the suite accepts a page that asks"
	signedOut   = "the page after signing out, to be looked at"
)

// signIns are expected of each plan that signs people in.
func signIns(more ...expectation) []expectation {
	return append([]expectation{
		{"oidcc-prompt-login", "", review, seenAgain},
		{"oidcc-max-age-1", "", review, seenAgain},
		{"oidcc-ensure-registered-redirect-uri", "", review, noRedirect},
		{"oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", "", skipped, unsigned},
		{"oidcc-ensure-request-object-with-redirect-uri", "", skipped, unsigned},
	}, more...)
}

func signOuts() []expectation {
	const prefix = "oidcc-rp-initiated-logout-"
	return []expectation{
		{prefix + "no-params", "", review, signedOut},
		{prefix + "no-post-logout-redirect-uri", "", review, signedOut},
		{prefix + "only-state", "", review, signedOut},
		{prefix + "bad-post-logout-redirect-uri", "", review, signedOut + ": it says that the address is not registered"},
		{prefix + "query-added-to-post-logout-redirect-uri", "", review, signedOut + ": it says that the address is not registered"},
		{prefix + "modified-id-token-hint", "", review, notSignedIn},
		{prefix + "bad-id-token-hint", "", review, notSignedIn},
		{prefix + "no-id-token-hint", "", review, notSignedIn},
	}
}

func signOutPlan(name, suite, client string, modules int, expected []expectation) plan {
	return plan{
		name: name, suite: suite, modules: modules, expected: expected,
		variant: map[string]string{"response_type": "code", "client_registration": "static_client"},
		change: func(c *configuration, b browser) error {
			c.Client = withSecret(client)
			withSignOut(c, b)
			return nil
		},
	}
}

// walked leaves the suite's browser without scripts, so that every page waits for the runner's.
func walked(p plan) plan {
	p.walked = true
	change := p.change
	p.change = func(c *configuration, b browser) error {
		err := change(c, b)
		c.Browser = []script{}
		return err
	}
	return p
}

func registered() map[string]string {
	return map[string]string{"server_metadata": "discovery", "client_registration": "static_client"}
}

// dynamicPlan has the suite register all clients.
func dynamicPlan(responseType string, modules int, expected []expectation) plan {
	return plan{
		name: "dynamic-" + strings.ReplaceAll(responseType, " ", "-"), suite: "oidcc-dynamic-certification-test-plan", modules: modules,
		variant:  map[string]string{"response_type": responseType},
		change:   withRegistration,
		expected: expected,
	}
}

func registrations() []expectation {
	return []expectation{
		{"oidcc-ensure-redirect-uri-in-authorization-request", "", review, noRedirect},
		{"oidcc-redirect-uri-query-added", "", review, noRedirect},
		{"oidcc-redirect-uri-query-mismatch", "", review, noRedirect},
		{"oidcc-registration-logo-uri", "", review, onThePage},
		{"oidcc-registration-policy-uri", "", review, onThePage},
		{"oidcc-registration-tos-uri", "", review, onThePage},
		{"oidcc-idtoken-unsigned", "", skipped, "ID tokens without a signature are not offered"},
		{"oidcc-request-uri-unsigned", "", skipped, unsigned},
		{"oidcc-ensure-request-object-with-redirect-uri", "", skipped, unsigned},
	}
}

// plans are all that are known, in the order in which they are run.
func plans() []plan {
	return []plan{
		{name: "config", suite: "oidcc-config-certification-test-plan", modules: 1},
		{name: "basic", suite: "oidcc-basic-certification-test-plan", variant: registered(), modules: 35, expected: signIns()},
		{name: "formpost-basic", suite: "oidcc-formpost-basic-certification-test-plan", variant: registered(), modules: 35, expected: signIns()},
		{name: "implicit", suite: "oidcc-implicit-certification-test-plan", variant: registered(), modules: 54, expected: signIns()},
		{name: "formpost-implicit", suite: "oidcc-formpost-implicit-certification-test-plan", variant: registered(), modules: 54, expected: signIns()},
		{name: "hybrid", suite: "oidcc-hybrid-certification-test-plan", variant: registered(), modules: 96, expected: signIns()},
		{name: "formpost-hybrid", suite: "oidcc-formpost-hybrid-certification-test-plan", variant: registered(), modules: 96, expected: signIns()},
		dynamicPlan("code", 23, registrations()),
		dynamicPlan("id_token", 18, registrations()),
		dynamicPlan("id_token token", 19, registrations()),
		dynamicPlan("code id_token", 22, registrations()),
		dynamicPlan("code token", 23, registrations()),
		dynamicPlan("code id_token token", 22, registrations()),
		{
			name: "third-party-login", suite: "oidcc-3rdparty-init-login-certification-test-plan", modules: 2,
			variant: map[string]string{"response_type": "code"},
			change:  withRegistration,
		},
		signOutPlan("logout", "oidcc-rp-initiated-logout-certification-test-plan", conformance.First, 11, signOuts()),
		signOutPlan("frontchannel-logout", "oidcc-frontchannel-rp-initiated-logout-certification-test-plan", conformance.FrontChannel, 2, nil),
		signOutPlan("backchannel-logout", "oidcc-backchannel-rp-initiated-logout-certification-test-plan", conformance.BackChannel, 2, nil),
		walked(signOutPlan("session-management", "oidcc-session-management-certification-test-plan", conformance.First, 2, nil)),
		{
			// Not one of a certification: the sign-in with each way in which clients authenticate is asked of FAPI alone.
			name: "private-key-jwt", suite: "oidcc-test-plan", modules: 37,
			expected: signIns(expectation{"oidcc-redirect-uri-query-added", "", review, noRedirect}),
			variant:  map[string]string{"client_auth_type": "private_key_jwt", "response_type": "code", "response_mode": "default", "client_registration": "static_client"},
			change:   withKeys,
		},
	}
}

func planNames() []string {
	var names []string
	for _, p := range plans() {
		names = append(names, p.name)
	}
	return names
}

// configure is the configuration that the suite gets.
func (p plan) configure(s conformance.Suite, issuer string) (configuration, error) {
	c := static(s, issuer)
	if p.change == nil {
		return c, nil
	}
	err := p.change(&c, browser{issuer})
	return c, err
}

// expects is the result that a module should have, and why if that is not PASSED.
func (p plan) expects(m module) (result, why string) {
	for _, e := range p.expected {
		if matched, err := path.Match(e.modules, m.Name); err == nil && matched && strings.Contains(m.variantText(), e.variant) {
			return e.result, e.why
		}
	}
	return passed, ""
}
