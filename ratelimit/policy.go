package ratelimit

// Key says what a policy counts by.
type Key string

// The keys. An account is a user's id, or a name that is nobody's; a prefix is an IPv4 address
// or an IPv6 /64; a device is a browser that has signed in to the account before.
const (
	ByClient  Key = "client"
	ByPrefix  Key = "prefix"
	ByAccount Key = "account"
	ByDevice  Key = "device"
	ByGuess   Key = "client and prefix"
	ByGuessed Key = "guessed client"
)

// Outage says what happens while Redis is away.
type Outage string

// Open lets everything through: a token that is not issued stops applications. Strict falls
// back to a stricter limit in this process: passwords must never be guessable without limit.
const (
	Open   Outage = "open"
	Strict Outage = "strict"
)

// Policy is one limit.
type Policy struct {
	Name   string
	Limit  Limit
	Key    Key
	Outage Outage
	Why    string
}

// The policies by name.
const (
	TokenClient      = "token-client"
	TokenPrefix      = "token-prefix"
	IntrospectClient = "introspect-client"
	IntrospectPrefix = "introspect-prefix"
	UserInfoClient   = "userinfo-client"
	UserInfoPrefix   = "userinfo-prefix"
	DocumentPrefix   = "document-prefix"
	AuthorizePrefix  = "authorize-prefix"
	PagePrefix       = "page-prefix"
	AssetPrefix      = "asset-prefix"
	ClientSecret     = "client-secret"
	ClientSecrets    = "client-secrets"
	SignInAccount    = "sign-in-account"
	SignInPrefix     = "sign-in-prefix"
	SignInDevice     = "sign-in-device"
)
