package oauth

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// namedClaims are claims requested by name. It is a map as in the parameter itself, which is how
// grants store it.
type namedClaims map[string]json.RawMessage

// claimsParameter is the claims request parameter (OpenID Connect Core section 5.5).
type claimsParameter struct {
	UserInfo namedClaims `json:"userinfo,omitempty"`
	IDToken  namedClaims `json:"id_token,omitempty"`
}

// parseClaims reads the parameter, or what a grant stored of it.
func parseClaims(text string) (claimsParameter, error) {
	var p claimsParameter
	if text == "" {
		return p, nil
	}
	if provider.TooDeep([]byte(text)) {
		return p, errors.New("oauth: claims nested too deeply")
	}
	err := json.Unmarshal([]byte(text), &p)
	return p, err
}

// reduce keeps the claims about the user whose scopes the client may request. All others are
// ignored (OpenID Connect Core section 5.5), and so are those that UserInfo returns for a scope of
// the request anyway.
func (p claimsParameter) reduce(c *client.Client, scopes []string) claimsParameter {
	kept := func(names namedClaims, redundant func(scope string) bool) namedClaims {
		reduced := namedClaims{}
		for _, name := range consent.Claims() {
			scope := consent.ScopeOf(name)
			if _, ok := names[name]; ok && c.MayAsk(scope) && !redundant(scope) {
				reduced[name] = nil
			}
		}
		return reduced
	}
	return claimsParameter{
		UserInfo: kept(p.UserInfo, func(scope string) bool { return slices.Contains(scopes, scope) }),
		IDToken:  kept(p.IDToken, func(string) bool { return false }),
	}
}

// releasedBy adds the claims that scopes of the operator's own release, as if they had been requested by
// name: the user sees each of them and agrees to it, and a scope that releases more later releases
// nothing that was not agreed to. With inIDToken they are in the ID token too.
func (p *claimsParameter) releasedBy(catalogue scopeCatalogue, scopes []string, inIDToken bool) {
	for _, scope := range scopes {
		for _, name := range catalogue.ClaimsOf(scope) {
			if slices.Contains(scopes, consent.ScopeOf(name)) {
				continue // which releases it
			}
			p.UserInfo[name] = nil
			if inIDToken {
				p.IDToken[name] = nil
			}
		}
	}
}

// text is the form in which a grant stores it; empty: no claim was requested.
func (p claimsParameter) text() string {
	if len(p.UserInfo)+len(p.IDToken) == 0 {
		return ""
	}
	text, err := json.Marshal(p)
	if err != nil { // names alone
		panic("oauth: " + err.Error())
	}
	return string(text)
}

// beyond lists the claims that the given scopes do not release, in the order of the consent page.
func (p claimsParameter) beyond(scopes []string) []string {
	var names []string
	for _, name := range consent.Claims() {
		_, userInfo := p.UserInfo[name]
		_, idToken := p.IDToken[name]
		if (userInfo || idToken) && !slices.Contains(scopes, consent.ScopeOf(name)) {
			names = append(names, name)
		}
	}
	return names
}

// demand is the value that a claim is requested with (OpenID Connect Core section 5.5.1).
type demand struct {
	Essential bool     `json:"essential"`
	Value     *string  `json:"value"`
	Values    []string `json:"values"`
}

// of reads the demand for a claim. A value that is not a string matches none of the claims that
// this is used for.
func (n namedClaims) of(name string) (demand, error) {
	var d demand
	if len(n[name]) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(n[name], &d); err != nil {
		return d, err
	}
	if d.Value != nil {
		d.Values = append(d.Values, *d.Value)
	}
	return d, nil
}

// subjects are those that the request allows; none: any. Both members of the parameter must allow
// one.
func (p claimsParameter) subjects() ([]string, error) {
	userInfo, err := p.UserInfo.of("sub")
	if err != nil {
		return nil, err
	}
	idToken, err := p.IDToken.of("sub")
	if err != nil {
		return nil, err
	}
	switch {
	case len(userInfo.Values) == 0:
		return idToken.Values, nil
	case len(idToken.Values) == 0:
		return userInfo.Values, nil
	}
	both := slices.DeleteFunc(idToken.Values, func(sub string) bool { return !slices.Contains(userInfo.Values, sub) })
	if len(both) == 0 {
		return nil, errors.New("oauth: the claims parameter requests two subjects")
	}
	return both, nil
}
