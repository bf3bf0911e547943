package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

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
		// A client that is not told which session ended would end the one that it has in this browser, which may be of
		// somebody who followed another's link.
		if p.Elsewhere && !c.FrontChannelLogoutSessionRequired {
			continue
		}
		f := Frame{c.FrontChannelLogoutURI, c.FrontChannelLogoutOrigin()}
		if c.FrontChannelLogoutSessionRequired {
			f.URL = client.WithQuery(f.URL, url.Values{"iss": {l.idTokens.issuer}, "sid": {l.idTokens.answers.session(c, p.SID)}})
		}
		if slices.Contains(frames, f) { // it knows the session by two names, and asks for none
			continue
		}
		more := len(f.Origin) + len(" ")
		if origins[f.Origin] {
			more = 0
		}
		if len(frames) == maxFrames || length+more > maxFrameOrigins {
			leftOut++
			continue
		}
		origins[f.Origin], length = true, length+more
		frames = append(frames, f)
	}
	return frames, leftOut, nil
}
