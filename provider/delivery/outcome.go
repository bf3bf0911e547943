package delivery

// Outcome is what became of an attempt.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered"
	Retry     Outcome = "retry"
	Failed    Outcome = "failed"
)

// Outcomes lists them.
func Outcomes() []Outcome { return []Outcome{Delivered, Retry, Failed} }
