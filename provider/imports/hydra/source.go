package hydra

import (
	"context"
	"iter"
	"time"
)

// Source is the database of Hydra. The lists may be long, and are read as they are used.
type Source interface {
	Clients(ctx context.Context) iter.Seq2[Client, error]
	// Subjects are the users of live refresh tokens and of remembered consents.
	Subjects(ctx context.Context) iter.Seq2[string, error]
	// Consents are those that are remembered, the newest of a user at a client last.
	Consents(ctx context.Context) iter.Seq2[Consent, error]
	// Tokens are the live refresh tokens; those of one authorization follow each other.
	Tokens(ctx context.Context) iter.Seq2[Token, error]
	// Keys are those that sign tokens.
	Keys(ctx context.Context) iter.Seq2[Key, error]
}

// Client is a row of hydra_client. Lifetimes are in nanoseconds.
type Client struct {
	ID, Name, Secret, Scope, AuthMethod, SigningAlg, SubjectType string
	RedirectURIs, GrantTypes, ResponseTypes, Audience, Contacts  []string
	PostLogoutRedirectURIs, AllowedCORSOrigins                   []string
	URI, LogoURI, PolicyURI, TOSURI                              string
	JWKS, JWKSURI, Metadata, Owner                               string
	FrontChannelLogoutURI, BackChannelLogoutURI                  string
	UserinfoAlg, AccessTokenStrategy                             string
	SkipConsent                                                  bool
	CreatedAt                                                    time.Time
	CodeAccess, CodeID, CodeRefresh, CredentialsAccess           int64
	RefreshAccess, RefreshID, RefreshRefresh                     int64
}

// Consent is a remembered consent of hydra_oauth2_flow. For is in seconds; 0 means for ever.
type Consent struct {
	ClientID, Subject string
	Scopes, Audience  []string
	For               int64
	At                time.Time
}

// Token is a live row of hydra_oauth2_refresh. Session is JSON, encrypted or not.
type Token struct {
	Signature, RequestID, ClientID, Subject string
	Scopes, Audience                        []string
	Session                                 []byte
	RequestedAt                             time.Time
	ExpiresAt                               *time.Time
}

// Key is a row of hydra_jwk.
type Key struct {
	Set, KID, Encrypted string
	CreatedAt           time.Time
	// SignedUntil is when the last access token that is known expires.
	SignedUntil *time.Time
}
