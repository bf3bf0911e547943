package console

import (
	"context"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

const auditPath = Path + "/audit"

// records are those of the audit log.
type records interface {
	Records(ctx context.Context, of audit.Filter, limit int) ([]audit.Record, error)
	// Entry is one record, with its place in the hash chain. It returns provider.ErrNotFound.
	Entry(ctx context.Context, id provider.ID) (chain.Entry, error)
	// SelectedEntries are records by id, the oldest first.
	SelectedEntries(ctx context.Context, of audit.Filter, after provider.ID, limit int) ([]chain.Entry, error)
	ChainState(ctx context.Context, at int64) (chain.State, error)
}

// verifications are the results of verifying the audit log.
type verifications interface {
	// Last is nil where there is none.
	Last(ctx context.Context) (*chain.Verification, error)
}

// FaultPath is the record that was found wrong; empty: none is named.
func (p auditPage) FaultPath() string {
	if p.Verified == nil || p.Verified.Fault == nil || p.Verified.Fault.ID.IsZero() {
		return ""
	}
	return auditPath + "/" + p.Verified.Fault.ID.String()
}

// usernames are the user names of users by their ids.
type usernames interface {
	Usernames(ctx context.Context, ids []provider.ID) (map[provider.ID]string, error)
}

// auditPage is the list of what is recorded.
type auditPage struct {
	shell
	auditFilter

	Records []namedRecord
	Actions []audit.Action
	Seal    seal
	// Verified is the result of the last verification; nil: there is none.
	Verified *chain.Verification
	// ExportCSV and ExportJSON are the paths of the exports that have the same records.
	ExportCSV, ExportJSON string
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// namedRecord is a record with the names of its users, as far as they still exist.
type namedRecord struct {
	audit.Record

	// ActorName is the user name of a user who acted, TargetName that of the user whom the act concerned.
	ActorName, TargetName string
}

func (c *Console) serveAudit(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := auditPage{shell: c.shell(w, r, v, auditPath), Actions: audit.Actions()}
	var err error
	if page.auditFilter, err = c.auditFilter(r, page.zone); err != nil {
		return err
	}
	if page.Seal, err = c.seal(r); err != nil {
		return err
	}
	if page.Verified, err = c.Verifications.Last(r.Context()); err != nil {
		return err
	}
	if !page.Wrong {
		of := page.selects
		of.Before = after(r.URL.Query())
		list, err := c.Audit.Records(r.Context(), of, listed+1)
		if err != nil {
			return err
		}
		if len(list) > listed {
			list = list[:listed]
			page.Next = page.path(auditPath, list[listed-1].ID.String())
		}
		if page.Records, err = c.named(r.Context(), list); err != nil {
			return err
		}
		page.ExportCSV, page.ExportJSON = page.exportPath("csv"), page.exportPath("jsonl")
	}
	status := http.StatusOK
	if page.Wrong {
		status = http.StatusUnprocessableEntity
	}
	return c.pages.For(r).Write(w, status, "audit", page, r.URL.RequestURI())
}

// activity is the latest of what is recorded of a user or a client.
func (c *Console) activity(ctx context.Context, of audit.Filter) ([]namedRecord, error) {
	list, err := c.Audit.Records(ctx, of, mostRecords)
	if err != nil {
		return nil, err
	}
	return c.named(ctx, list)
}

// named finds the names of users in one statement.
func (c *Console) named(ctx context.Context, list []audit.Record) ([]namedRecord, error) {
	var ids []provider.ID
	add := func(text string) {
		if id, err := provider.ParseID(text); err == nil {
			ids = append(ids, id)
		}
	}
	for _, r := range list {
		if r.Actor.Kind == audit.UserActor {
			add(r.Actor.ID)
		}
		add(r.Target.UserID)
	}
	names, err := c.Usernames.Usernames(ctx, ids)
	if err != nil {
		return nil, err
	}
	name := func(text string) string {
		id, err := provider.ParseID(text)
		if err != nil {
			return ""
		}
		return names[id]
	}
	shown := make([]namedRecord, len(list))
	for i, r := range list {
		shown[i] = namedRecord{Record: r, TargetName: name(r.Target.UserID)}
		if r.Actor.Kind == audit.UserActor {
			shown[i].ActorName = name(r.Actor.ID)
		}
	}
	return shown, nil
}

// seal is how far the audit log is sealed.
type seal struct {
	// Sequence is the number of the last sealed record; 0: none is.
	Sequence int64
	// WaitingSince is when the oldest record was made that is not sealed; nil: all are.
	WaitingSince *time.Time
	// Late: one has waited for so long that no server can be sealing.
	Late bool
	// Checkpoint is the last signed value; nil: there is none. Kept is how it is kept elsewhere.
	Checkpoint *chain.Checkpoint
	Kept       string
}

// sealedWithin is after what time a record that waits shows that no server seals.
const sealedWithin = time.Minute

func (c *Console) seal(r *http.Request) (seal, error) {
	state, err := c.Audit.ChainState(r.Context(), 0)
	if err != nil {
		return seal{}, err
	}
	s := seal{Sequence: state.Last.Sequence, WaitingSince: state.Oldest, Checkpoint: state.Checkpoint}
	s.Late = s.WaitingSince != nil && c.now(r).Sub(*s.WaitingSince) > sealedWithin
	if s.Checkpoint != nil {
		s.Kept, err = s.Checkpoint.JWS()
	}
	return s, err
}
