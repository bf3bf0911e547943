package ratelimit

// Sources are the sources that a decision of the policy can have, with Redis or without:
// whoever counts decisions can show each of them before it decides.
func (p Policy) Sources(redis bool) []string {
	switch {
	case !redis:
		return []string{"memory"}
	case p.Outage == Strict:
		return []string{"redis", "fallback"}
	default:
		return []string{"redis"}
	}
}
