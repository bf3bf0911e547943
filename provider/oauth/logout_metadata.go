package oauth

// LogoutMetadata is the part of the metadata about sign-outs. How a client is told is up to its
// registration, so the server always can (OpenID Connect Back-Channel Logout section 2.1, Front-Channel
// Logout section 3).
type LogoutMetadata struct {
	BackChannelLogoutSupported         bool `json:"backchannel_logout_supported"`
	BackChannelLogoutSessionSupported  bool `json:"backchannel_logout_session_supported"`
	FrontChannelLogoutSupported        bool `json:"frontchannel_logout_supported"`
	FrontChannelLogoutSessionSupported bool `json:"frontchannel_logout_session_supported"`
	// CheckSessionIframe is where an application's page asks whether the user is still signed in
	// (OpenID Connect Session Management section 3.3); left out where the operator has not turned it
	// on.
	CheckSessionIframe string `json:"check_session_iframe,omitempty"`
}

func (p *Provider) logoutMetadata() LogoutMetadata {
	m := LogoutMetadata{
		BackChannelLogoutSupported: true, BackChannelLogoutSessionSupported: true,
		FrontChannelLogoutSupported: true, FrontChannelLogoutSessionSupported: true,
	}
	if path := p.settings.Paths.CheckSession; path != "" {
		m.CheckSessionIframe = p.settings.Issuer + path
	}
	return m
}
