package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// maxFrames bounds the frames of a page. Of more clients those are shown that know the newest sessions.
const maxFrames = 50

// Frame is what the page after a sign-out loads so that a client learns of it (OpenID Connect
// Front-Channel Logout section 2).
type Frame struct{ URL, Origin string }

// Frames are those for clients that took part in a session which has just ended. A client that is not
// registered for it any more has none.
func (l *Logout) Frames(ctx context.Context, parties []session.Party) ([]Frame, error) {
	var frames []Frame
	for _, p := range parties {
		c, err := l.clients.Client(ctx, p.ClientID)
		if err != nil && !errors.Is(err, provider.ErrNotFound) {
			return nil, fmt.Errorf("find client: %w", err)
		}
		if err != nil || c.Disabled || c.FrontChannelLogoutURI == "" || len(frames) == maxFrames {
			continue
		}
		address := c.FrontChannelLogoutURI
		if c.FrontChannelLogoutSessionRequired {
			address = WithQuery(address, url.Values{"iss": {l.idTokens.issuer}, "sid": {l.idTokens.answers.session(c, p.SID)}})
		}
		frames = append(frames, Frame{address, c.FrontChannelLogoutOrigin()})
	}
	return frames, nil
}
