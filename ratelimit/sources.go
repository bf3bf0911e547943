package ratelimit

// The sources of a Decision.
const (
	fromMemory   = "memory"
	fromRedis    = "redis"
	fromFallback = "fallback"
	fromNobody   = "none"
)

// Sources are the sources that a decision of the policy can have, with Redis or without:
// whoever counts decisions can show each of them before it decides.
func (p Policy) Sources(redis bool) []string {
	switch {
	case !redis:
		return []string{fromMemory}
	case p.Outage == Strict:
		return []string{fromRedis, fromFallback}
	default:
		return []string{fromRedis}
	}
}
