package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	passwordhash "github.com/gatehouse-id/gatehouse/provider/password"
)

// ErrPresent: the user to be imported exists, and is identical.
var ErrPresent = errors.New("is there already")

// Conflict is a property of a user to be imported that another user has, or that the user has with
// another value. It is a provider.ErrConflict.
type Conflict struct{ Field, Message string }

// Error names the property.
func (c *Conflict) Error() string { return c.Field + ": " + c.Message }

// Unwrap returns provider.ErrConflict.
func (c *Conflict) Unwrap() error { return provider.ErrConflict }

// Alike are the unique properties of users.
type Alike struct {
	// Skeletons are those of user names that look the same.
	Usernames, Skeletons, Emails, Subjects []string
	IDs                                    []provider.ID
}

// importStore is what an import needs of the store.
type importStore interface {
	// UsersAlike reads the users who have one of the properties.
	UsersAlike(ctx context.Context, a Alike) ([]*User, error)
	// SubjectsOfClients returns those of the subjects that are the id of a client. No client gets one
	// of them until the transaction ends.
	SubjectsOfClients(ctx context.Context, subjects []string) ([]string, error)
	// EndedSubjects returns those of the subjects that a user who was deleted had, or as its id.
	EndedSubjects(ctx context.Context, subjects []string) ([]string, error)
	// CreateUsers stores users, all or none.
	CreateUsers(ctx context.Context, users []*User) error
}

// Import adds users from another system.
type Import struct {
	registry *Registry
	store    importStore
	actor    audit.Actor
	dryRun   bool
	// earlier are the unique properties of what a dry run would have written: otherwise the database
	// knows them.
	earlier map[string]bool
}

// Import begins an import. A dry run checks everything and writes nothing.
func (r *Registry) Import(store importStore, actor audit.Actor, dryRun bool) *Import {
	return &Import{registry: r, store: store, actor: actor, dryRun: dryRun, earlier: map[string]bool{}}
}

// importTries is how often a batch is tried when users are created concurrently.
const importTries = 3

// Add imports a batch of users in one administrative act. They may have an id, a subject and a time of
// creation of their own, and their password hash may be in each form that password.Adopt takes. It
// returns, for each, nil, ErrPresent, *Conflict, audit.ErrForbidden or Wrong. The details are for the audit
// log, which also gets the ids.
func (i *Import) Add(ctx context.Context, users []*User, details map[string]any) (results []error, err error) {
	if i.dryRun {
		b, err := i.check(ctx, users)
		if err != nil {
			return nil, err
		}
		for key := range b.taken {
			i.earlier[key] = true
		}
		return b.results, nil
	}
	for range importTries {
		err = i.registry.gate.Do(ctx, i.actor, audit.UserImport, audit.Target{Type: audit.User}, func(ctx context.Context) (audit.Changes, error) {
			b, err := i.check(ctx, users)
			if err != nil {
				return nil, err
			}
			results = b.results
			if len(b.fine) == 0 {
				return audit.Changes{}, nil
			}
			return b.changes(details), i.store.CreateUsers(ctx, b.fine)
		})
		if !errors.Is(err, provider.ErrConflict) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("import users: %w", err)
	}
	return results, nil
}

// importBatch is a batch that was checked.
type importBatch struct {
	results []error
	fine    []*User
	taken   map[string]bool
}

// changes lists the ids, so that the record of how a user came to be can be found.
func (b *importBatch) changes(details map[string]any) audit.Changes {
	ids := make([]string, len(b.fine))
	var admins, auditors []string
	for n, u := range b.fine {
		ids[n] = u.ID.String()
		if slices.Contains(u.Roles, RoleAdmin) {
			admins = append(admins, ids[n])
		}
		if slices.Contains(u.Roles, RoleAuditor) {
			auditors = append(auditors, ids[n])
		}
	}
	values := map[string]any{"imported": len(b.fine), "ids": ids}
	if admins != nil {
		values["admins"] = admins
	}
	if auditors != nil {
		values["auditors"] = auditors
	}
	for name, value := range details {
		values[name] = value
	}
	return audit.Details(values)
}

func (i *Import) check(ctx context.Context, users []*User) (*importBatch, error) {
	b := &importBatch{results: make([]error, len(users)), taken: map[string]bool{}}
	now := i.registry.clock.Now(ctx)
	candidates := make([]*candidate, len(users))
	var alike Alike
	for n, u := range users {
		if candidates[n], b.results[n] = newCandidate(u, now); b.results[n] == nil {
			b.results[n] = MayManage(i.actor, u)
		}
		if b.results[n] == nil {
			candidates[n].collect(&alike)
		}
	}
	found, err := i.store.UsersAlike(ctx, alike)
	if err != nil {
		return nil, fmt.Errorf("look for existing users: %w", err)
	}
	existing := index(found)
	given, err := i.given(ctx, candidates, b.results)
	if err != nil {
		return nil, err
	}
	for n, c := range candidates {
		if b.results[n] != nil {
			continue
		}
		if b.results[n] = c.against(existing); b.results[n] != nil {
			continue
		}
		if b.results[n] = c.free(given); b.results[n] != nil {
			continue
		}
		if b.results[n] = c.twice(i.earlier, b.taken); b.results[n] != nil {
			continue
		}
		c.complete(i.registry, now)
		for _, k := range c.keys() {
			b.taken[k.text] = true
		}
		b.fine = append(b.fine, c.user)
	}
	return b, nil
}

// candidate is a user to be imported.
type candidate struct {
	user  *User
	forms []string // what may be typed as the user name
	// emails are the forms in which another user may have the address; none without one.
	emails []string
	// given: the id and the subject are those of the other system.
	givenID, givenSubject bool
}

// newCandidate validates a copy of u as Create does.
func newCandidate(u *User, now time.Time) (*candidate, error) {
	copied := *u
	c := &candidate{user: &copied, givenID: !u.ID.IsZero(), givenSubject: u.Subject != ""}
	var wrong Wrong
	var problem *Invalid
	c.user.Username, c.forms, problem = usernameOf(u.Username)
	wrong.add(problem)
	c.user.Email, problem = emailOf(u.Email)
	wrong.add(problem)
	if c.user.Email != "" {
		c.emails = takenForms(u.Email)
	}
	wrong = append(wrong, validate(c.user, &User{})...)
	slices.Sort(c.user.Roles)
	c.user.Roles = slices.Compact(c.user.Roles)
	if c.givenSubject && !validSubject(u.Subject) {
		wrong.add(&Invalid{Claim: "sub", Fault: fault.Plain("must have 1 to 255 ASCII characters and no spaces")})
	}
	if !u.CreatedAt.IsZero() && (u.CreatedAt.Year() < 1970 || u.CreatedAt.After(now)) {
		wrong.add(&Invalid{Claim: "created_at", Fault: fault.Plain("must be between 1970 and now")})
	}
	if u.PasswordHash != "" {
		hash, err := passwordhash.Adopt(u.PasswordHash)
		if err != nil {
			wrong.add(&Invalid{Claim: "password_hash", Fault: fault.Plain(unfit(err))})
		}
		c.user.PasswordHash = hash
	}
	return c, wrong.orNil()
}

// unfit is the reason for which a hash is refused.
func unfit(err error) string {
	var unfit *passwordhash.Unfit
	if errors.As(err, &unfit) {
		return unfit.Reason
	}
	return err.Error()
}

// maxSubject is the length that OpenID Connect Core section 2 allows.
const maxSubject = 255

func validSubject(s string) bool {
	return len(s) <= maxSubject && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// complete fills in what the other system did not say.
func (c *candidate) complete(r *Registry, now time.Time) {
	if !c.givenID {
		c.user.ID = provider.NewID(now, r.random)
	}
	if !c.givenSubject {
		c.user.Subject = provider.RandomID(r.random).String()
	}
	if c.user.CreatedAt.IsZero() {
		c.user.CreatedAt = now
	}
	c.user.UpdatedAt = now
}
