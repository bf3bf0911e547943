package ratelimit

// Key is what a policy counts by.
type Key string

// The keys. An account is a user's id, or a name that does not exist; a prefix is an IPv4
// address or an IPv6 /64; a device is a browser that has signed in to the account before.
const (
	ByClient  Key = "client"
	ByPrefix  Key = "prefix"
	ByAccount Key = "account"
	ByDevice  Key = "device"
	ByGuess   Key = "client and prefix"
	ByGuessed Key = "guessed client"
	// ByAccountAndPrefix counts what one address does to one account.
	ByAccountAndPrefix Key = "account and prefix"
)

// Outage is the behavior of a policy while Redis is unavailable.
type Outage string

// Open allows everything: applications would fail without tokens. Strict applies a stricter
// limit in this process: there must always be a limit on guessing passwords.
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
	// RevocationsClient and RevocationsPrefix are of the revocation feed.
	RevocationsClient = "revocations-client"
	RevocationsPrefix = "revocations-prefix"
	DocumentPrefix    = "document-prefix"
	ManageClient      = "manage-client"
	ManagePrefix      = "manage-prefix"
	AuthorizePrefix   = "authorize-prefix"
	PagePrefix        = "page-prefix"
	AssetPrefix       = "asset-prefix"
	ClientSecret      = "client-secret"
	ClientSecrets     = "client-secrets"
	SignInAccount     = "sign-in-account"
	SignInPrefix      = "sign-in-prefix"
	SignInDevice      = "sign-in-device"
	// FactorAccount and the next are of the codes of second factors.
	FactorAccount     = "factor-account"
	FactorAccountLong = "factor-account-long"
	FactorPrefix      = "factor-prefix"
	FactorDevice      = "factor-device"
	FactorDevicesLong = "factor-devices-long"
	FactorMailPrefix  = "factor-mail-prefix"
	// FactorRecoveryAccount and FactorRecoveryDevice are of recovery codes, and FactorRenewal of what a new password gives back.
	FactorRecoveryAccount = "factor-recovery-account"
	FactorRecoveryDevice  = "factor-recovery-device"
	FactorRenewal         = "factor-renewal"
	RegisterPrefix        = "register-prefix"
	RecoverPrefix         = "recover-prefix"
	RecoverAccount        = "recover-account"
	VerifyPrefix          = "verify-prefix"
	// ClientRegisterPrefix and ClientManagePrefix are of clients that register themselves.
	ClientRegisterPrefix = "client-register-prefix"
	ClientManagePrefix   = "client-manage-prefix"
	// ClientChangeClient is of the changes of one such client.
	ClientChangeClient = "client-change-client"
	// ClientDocumentPrefix is of the metadata documents of unknown clients.
	ClientDocumentPrefix = "client-document-prefix"
)
