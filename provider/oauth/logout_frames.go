package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

const (
	// maxFrames bounds the frames of a page. Of more clients those are shown that know the newest sessions.
	maxFrames = 50
	// maxFrameOrigins bounds the origins of them, in bytes: the page names each in its
	// Content-Security-Policy, and proxies respond with 502 to headers of more than 4 KiB by default.
	maxFrameOrigins = 2000
)

// Frame is what the page after a sign-out loads so that a client learns of it (OpenID Connect
// Front-Channel Logout section 2).
type Frame struct{ URL, Origin string }

// Frames are those for clients that took part in a session which has just ended, and how many more there
// would be. A client that is not registered for it any more has none.
func (l *Logout) Frames(ctx context.Context, parties []session.Party) (frames []Frame, leftOut int, err error) {
	origins, length := map[string]bool{}, 0
	for _, p := range parties {
		c, err := l.clients.Client(ctx, p.ClientID)
		if err != nil && !errors.Is(err, provider.ErrNotFound) {
			return nil, 0, fmt.Errorf("find client: %w", err)
		}
		if err != nil || c.Disabled || c.FrontChannelLogoutURI == "" {
			continue
		}
		origin := c.FrontChannelLogoutOrigin()
		more := len(origin) + len(" ")
		if origins[origin] {
			more = 0
		}
		if len(frames) == maxFrames || length+more > maxFrameOrigins {
			leftOut++
			continue
		}
		origins[origin], length = true, length+more
		address := c.FrontChannelLogoutURI
		if c.FrontChannelLogoutSessionRequired {
			address = client.WithQuery(address, url.Values{"iss": {l.idTokens.issuer}, "sid": {l.idTokens.answers.session(c, p.SID)}})
		}
		frames = append(frames, Frame{address, origin})
	}
	return frames, leftOut, nil
}
