package resource

import "time"

// checkAnswer checks an active token: the provider answers for every kind of token that it issues,
// and maybe for other APIs, too.
func (v *Verifier) checkAnswer(c *claimSet, settings *Introspection, now time.Time) *Error {
	if c.Issuer != "" && c.Issuer != v.issuer {
		return refuse(WrongIssuer)
	}
	switch {
	case len(c.Audience) == 0 && settings.AudienceOptional:
	case !v.forUs(c.Audience):
		return refuse(WrongAudience)
	}
	if refused := v.checkTimes(c, now); refused != nil {
		return refused
	}
	if !answersForAccessToken(c, settings.TypeOptional) {
		return refuse(NotAnAccessToken)
	}
	if c.Subject == "" && c.ClientID == "" {
		return refuse(BadClaims)
	}
	return nil
}

// answersForAccessToken: a refresh token that passed would live for weeks, and at the API's caller
// instead of at the provider's client. What says that it is something else is never accepted.
func answersForAccessToken(c *claimSet, optional bool) bool {
	if !oneOf(c.TokenType, "bearer", "dpop", "access_token", "n_a") || !oneOf(c.TokenUse, "access", "access_token") || !oneOf(c.Typ, "bearer", "dpop", "at+jwt") {
		return false
	}
	// That it is a bearer says how a token is sent, which somebody may say of an ID token too.
	said := c.Typ != nil || c.TokenUse != nil || (c.TokenType != nil && oneOf(c.TokenType, "access_token"))
	if c.foreign(said) {
		return false
	}
	return optional || c.TokenType != nil || c.TokenUse != nil
}
