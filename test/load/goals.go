package main

// What is to be reached on two cores, generator beside. They stand in the table and fail
// nothing: a machine is not a requirement.
const (
	growthGoal        = 200 // bytes
	refreshGrowthGoal = 250 // bytes
	startGoal         = 150 // milliseconds
	idleGoal          = 40  // MiB
	chainGoal         = 25  // microseconds of an introspection
	chainShareGoal    = 15  // percent of a client-credentials request
	redisGoal         = 1   // round trip
)

// cpuGoal is the most that server and database together may spend on 1,000 requests, in
// seconds; nil where nothing was agreed on.
func cpuGoal(flow string) *float64 {
	switch flow {
	case "client-credentials", "client-credentials-jwt":
		return goalOf(0.20)
	case "refresh":
		return goalOf(0.40)
	case "introspection":
		return goalOf(0.09)
	case "code-flow-rs256": // 2.7 for a thousand flows of two requests each
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

// chainGoals are the most that the chain may add to a request of a flow, in microseconds of
// the server's processor time and in percent of it.
func chainGoals(flow string) (most, share *float64) {
	switch flow {
	case "client-credentials":
		return nil, goalOf(chainShareGoal)
	case introspectionName:
		return goalOf(chainGoal), nil
	default:
		return nil, nil
	}
}

func goalOf(most float64) *float64 { return &most }

// verdict says whether a value keeps to its goal.
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
