package oauth

import (
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// withTimes adds the expiry and the current time where err is about an expiry: they show whether
// clocks differ.
func withTimes(r *refusal.Refusal, err error) *refusal.Refusal {
	var expired *grant.Expired
	if errors.As(err, &expired) {
		r = r.Compare(refusal.FieldTime, instantText(expired.At), instantText(expired.Now))
	}
	return r
}

func instantText(at time.Time) string { return at.UTC().Format(time.RFC3339) }
