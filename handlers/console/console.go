package console

import (
	"context"
	"embed"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

//go:embed templates messages
var files embed.FS

// policy tells what users have to do before they may have a session.
type policy interface {
	Suffice(ctx context.Context, u *account.User, methods []string) error
}

// Config is the dependencies and settings of the package; all are required but Networks.
type Config struct {
	// Networks are those that administrators may come from; none: all.
	Networks []netip.Prefix
	Factors  policy
	Figures  figures
	Users    users
	Accounts accounts
	// Invitations are those of people who have no account yet, Recovery sends messages by which users choose another
	// password. Policy tells which messages can be sent, and whether people can be invited.
	Invitations invitations
	Recovery    recovery
	Policy      account.Policy
	// SecondFactors are those of users that are codes.
	SecondFactors factors
	Scopes        scopes
	ScopeUses     scopeUses
	Roles         roles
	Foresight     foresight
	Passkeys      passkeys
	Sessions      sessions
	Apps          apps
	Audit         records
	Verifications verifications
	Imports       importHistories
	Exports       exports
	Usernames     usernames
	Webhooks      webhooks
	// Policies are the rate limits, and Budgets what is left of them.
	Policies policies
	Budgets  budgets
	// Messages are those to people, and Channels how this server sends them.
	Messages messages
	Channels []notify.Channel
	// Settings are those in force, in the order of the reference, Brand what they make of the pages, and Version the
	// program's.
	Settings []Setting
	Brand    pages.Brand
	Version  string
	// Clients are the registered applications, and Registry changes them.
	Clients clients
	// Together makes several changes one.
	Together transactions
	// Repeats answers forms that are sent twice.
	Repeats   repeats
	Registry  registry
	Catalogue catalogue
	// SelfRegistration is who may register a client, RegistrationTokens are what lets them, and Registrations what is
	// known of the clients that did.
	SelfRegistration   registration.Mode
	RegistrationTokens registrationTokens
	Registrations      registrations
	// Logouts are what clients are told of the end of sessions.
	Logouts logouts
	// Tokens are what was issued.
	Tokens   tokens
	Consents consents
	// Provider is this server as the settings of applications have it.
	Provider settings.Provider
	// Self is what flows of clients are run at, CodeLifetime how long codes are valid there, and Random makes the secrets
	// of clients.
	Self         self
	CodeLifetime time.Duration
	Random       io.Reader
	// Keys sign tokens, KeySchedule is what is settled about them, and DataKeys are those of the database.
	Keys        signingKeys
	KeySchedule KeySchedule
	DataKeys    dataKeys
	// State is what may need attention.
	State state
	// Refusals opens error ids, and Checks explains them.
	Refusals refusals
	Checks   checks
	// Demo: the figures of before the first start are made up.
	Demo bool
	// LogoutPath is where people sign out.
	LogoutPath string
	Web        *websession.Sessions
	Pages      *pages.Set
	Clock      provider.Clock
}

// Console serves the pages.
type Console struct {
	Config

	pages *pages.Section
}

// New reads the pages.
func New(c Config) (*Console, error) {
	section, err := c.Pages.Section(files)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return &Console{c, section}, nil
}

// Path is where the console begins.
const Path = "/admin"

// now is the time of a request.
func (c *Console) now(r *http.Request) time.Time { return c.Clock.Now(r.Context()) }
