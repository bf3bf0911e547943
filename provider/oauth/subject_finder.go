package oauth

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/connected"
)

// userApps lists the applications that have access to the account of a user.
type userApps interface {
	List(ctx context.Context, userID provider.ID) ([]connected.App, error)
}

// SubjectFinder tells an operator whose pairwise subject an application has.
type SubjectFinder struct {
	subjects *Subjects
	apps     userApps
}

// NewSubjectFinder makes a SubjectFinder.
func NewSubjectFinder(subjects *Subjects, apps userApps) *SubjectFinder {
	return &SubjectFinder{subjects, apps}
}

// UserOf returns the user of a pairwise subject, or provider.ErrNotFound. Anybody can make up a text from which an id is
// read, so an application that has access to the account must be one of the sector. For other texts it takes no statement.
func (f *SubjectFinder) UserOf(ctx context.Context, subject string) (provider.ID, error) {
	id, ok := f.subjects.Read(subject)
	if !ok {
		return provider.ID{}, provider.ErrNotFound
	}
	apps, err := f.apps.List(ctx, id)
	if err != nil {
		return provider.ID{}, err
	}
	for _, app := range apps {
		if app.Sector != "" && f.subjects.InSector(subject, app.Sector, id) {
			return id, nil
		}
	}
	return provider.ID{}, provider.ErrNotFound
}
