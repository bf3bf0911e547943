package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

const keysPath = Path + "/keys"

// signingKeys are those that sign tokens.
type signingKeys interface {
	List(ctx context.Context) ([]keys.Listed, error)
	// Known are those in memory.
	Known(ctx context.Context) []keys.Listed
	// Offered are the algorithms of keys that are in use.
	Offered() []keys.Algorithm
	Find(ctx context.Context, kid string) (keys.Listed, error)
	Rotate(ctx context.Context, actor audit.Actor, alg keys.Algorithm, activeFrom time.Time) (keys.Key, error)
	Withdraw(ctx context.Context, actor audit.Actor, kid string) (successor string, err error)
}

// dataKeys are those that hash and seal what is in the database.
type dataKeys interface {
	List(ctx context.Context) ([]keyring.Row, error)
}

// KeySchedule is what is settled about the keys that sign tokens.
type KeySchedule struct {
	// Kept is how long clients may keep the published set.
	Kept time.Duration
	// Every is how long a key signs, and Ahead how long it is published before; Every is 0 where keys are rotated by hand
	// alone.
	Every, Ahead time.Duration
}

// keysPage is the page of keys.
type keysPage struct {
	shell

	Keys []listedKey
	// Algorithms are those of a new key.
	Algorithms []keys.Algorithm
	// Every and Ahead are of the schedule; without Scheduled there is none.
	Scheduled    bool
	Every, Ahead pages.Lasts
	// Kept is how long the set may be kept.
	Kept pages.Lasts
	// Waits are the choices of when a new key signs, in minutes.
	Waits    []int
	DataKeys []keyring.Row
	// Withdrawn are the keys that clients may still accept who keep the set as long as they may.
	Withdrawn []withdrawnKey
}

// withdrawnKey is a key that leaked, and until when it may be in a set that somebody keeps.
type withdrawnKey struct {
	KID   string
	Until time.Time
}

// mostWithdrawn is how many of them are shown.
const mostWithdrawn = 5

// listedKey is a key with what is known of who has it.
type listedKey struct {
	keys.Listed

	// SpreadAt is when everybody has the set with it who keeps the set no longer than told; nil: they do by now.
	SpreadAt *time.Time
	// NextAt is when its successor takes over by the schedule; nil: there is one already, or no schedule.
	NextAt *time.Time
}

// Hours are the hours that minutes are; 0: it is no number of them.
func (keysPage) Hours(minutes int) int {
	const ofHour = 60
	if minutes%ofHour != 0 {
		return 0
	}
	return minutes / ofHour
}

// Begins is when it began to sign, or will; nil: it always could.
func (k listedKey) Begins() *time.Time {
	if k.First() {
		return nil
	}
	return &k.ActiveFrom
}

func (c *Console) serveKeys(w http.ResponseWriter, r *http.Request, v *viewer) error {
	list, err := c.Keys.List(r.Context())
	if err != nil {
		return err
	}
	data, err := c.DataKeys.List(r.Context())
	if err != nil {
		return err
	}
	s, now := c.KeySchedule, c.now(r)
	page := keysPage{
		shell: c.shell(w, r, v, keysPath), Algorithms: c.Keys.Offered(), DataKeys: data,
		Scheduled: s.Every > 0, Every: pages.Lasts{For: s.Every}, Ahead: pages.Lasts{For: s.Ahead}, Kept: pages.Lasts{For: s.Kept}, Waits: waits(s.Kept),
	}
	for _, k := range slices.Backward(list) {
		if k.State == keys.Gone {
			continue
		}
		one := listedKey{Listed: k}
		if spread := k.CreatedAt.Add(s.Kept); now.Before(spread) && !k.First() {
			one.SpreadAt = &spread
		}
		if s.Every > 0 && k.GoneAt == nil {
			next := keys.NewSchedule(nil, s.Every, s.Ahead).Next(k.Key, now)
			one.NextAt = &next
		}
		page.Keys = append(page.Keys, one)
	}
	withdrawn, err := c.Audit.Records(r.Context(), audit.Filter{Action: audit.KeyWithdraw, Since: now.Add(-s.Kept)}, mostWithdrawn)
	if err != nil {
		return err
	}
	for _, record := range withdrawn {
		page.Withdrawn = append(page.Withdrawn, withdrawnKey{record.Target.ID, record.At.Add(s.Kept)})
	}
	return c.pages.For(r).Write(w, http.StatusOK, "keys", page, r.URL.Path)
}

// waits are the choices of how long a new key is published before it signs, in minutes. The first is safe for all who
// keep the set as long as they may.
func waits(kept time.Duration) []int {
	minutes := []int{int(2 * kept / time.Minute), 60, 24 * 60, 0}
	return slices.Compact(minutes)
}

// serveKeyRotation publishes a new key.
func (c *Console) serveKeyRotation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	if ok, err := c.proven(w, r, v, form); !ok {
		return err
	}
	alg := keys.Algorithm(form.Get("alg"))
	wait, err := strconv.Atoi(form.Get("wait"))
	if err != nil || !slices.Contains(waits(c.KeySchedule.Kept), wait) || !slices.Contains(c.Keys.Offered(), alg) {
		return c.done(w, r, keysPath, said{Done: "nothing_chosen"})
	}
	if wait == 0 {
		yes, err := c.confirmed(w, r, v, form, confirmation{
			shell: shell{Current: keysPath}, Kind: "rotate_now", Name: string(alg), Back: keysPath, With: url.Values{"alg": {string(alg)}, "wait": {"0"}},
		})
		if !yes {
			return err
		}
	}
	_, err = c.Keys.Rotate(r.Context(), v.actor, alg, c.now(r).Add(time.Duration(wait)*time.Minute))
	if errors.Is(err, provider.ErrConflict) {
		return c.done(w, r, keysPath, said{Done: "key_conflict", About: string(alg)})
	}
	if err != nil {
		return err
	}
	return c.done(w, r, keysPath, said{Done: "key_rotated", About: string(alg)})
}

// shortKID is the beginning of a key's id, which has to be typed: all of it is a hash.
func shortKID(kid string) string { return kid[:min(len(kid), 8)] }

// serveKeyWithdrawal withdraws a key that leaked.
func (c *Console) serveKeyWithdrawal(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	k, err := c.Keys.Find(r.Context(), mux.Vars(r)["kid"])
	if err != nil {
		return found(r, err)
	}
	if ok, err := c.proven(w, r, v, form); !ok {
		return err
	}
	yes, err := c.confirmed(w, r, v, form, confirmation{
		shell: shell{Current: keysPath}, Kind: "withdraw_key", Name: shortKID(k.KID), Typed: true, Back: keysPath,
	})
	if !yes {
		return err
	}
	successor, err := c.Keys.Withdraw(r.Context(), v.actor, k.KID)
	switch {
	case err != nil:
		return found(r, err)
	case successor == "":
		return c.done(w, r, keysPath, said{Done: "key_withdrawn", About: shortKID(k.KID)})
	default:
		return c.done(w, r, keysPath, said{Done: "key_replaced", About: shortKID(successor)})
	}
}
