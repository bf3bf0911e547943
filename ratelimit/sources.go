package ratelimit

// The sources of a Decision.
const (
	fromMemory   = "memory"
	fromRedis    = "redis"
	fromFallback = "fallback"
	fromNone     = "none"
)

// Sources are the sources that a decision of the policy can have, with Redis or without, so
// that metrics can initialize a counter for each of them.
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
