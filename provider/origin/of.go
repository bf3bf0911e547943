package origin

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Of is where the request of ctx came from; both are empty for commands and background jobs, which have none.
func Of(ctx context.Context) (device, network string) {
	from := audit.Requester(ctx, audit.UserActor, "")
	return Device(from.UserAgent), Network(from.Address)
}
