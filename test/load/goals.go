package main

// Goals for a machine with two cores that also runs the generator. A missed goal is shown in
// the table and does not fail the run, because results depend on the machine.
const (
	growthGoal          = 200 // bytes
	refreshGrowthGoal   = 250 // bytes
	startGoal           = 150 // milliseconds
	idleGoal            = 40  // MiB
	middlewareGoal      = 25  // microseconds of an introspection
	middlewareShareGoal = 15  // percent of a client-credentials request
	redisGoal           = 1   // round trip
)

// cpuGoal is the most that server and database together may spend on 1,000 requests, in
// seconds; nil without a goal.
func cpuGoal(flow string) *float64 {
	switch flow {
	case "client-credentials", "client-credentials-jwt":
		return goalOf(0.20)
	case "refresh":
		return goalOf(0.40)
	case "introspection":
		return goalOf(0.09)
	case "code-flow-rs256": // 2.7 s for 1,000 flows of two requests each
		return goalOf(1.35)
	case "code-flow-es256":
		return goalOf(0.75)
	case "userinfo":
		return goalOf(0.12)
	case "discovery", "jwks":
		return goalOf(0.025)
	default:
		return nil
	}
}

// middlewareGoals are the most that the middleware may add to a request of a flow, in microseconds
// of the server's processor time and in percent of it.
func middlewareGoals(flow string) (most, share *float64) {
	switch flow {
	case "client-credentials":
		return nil, goalOf(middlewareShareGoal)
	case introspectionName:
		return goalOf(middlewareGoal), nil
	default:
		return nil, nil
	}
}

func goalOf(most float64) *float64 { return &most }

// verdict returns whether a value meets its goal.
func verdict(value float64, goal *float64) string {
	switch {
	case goal == nil:
		return ""
	case value <= *goal:
		return "met"
	default:
		return "missed"
	}
}
