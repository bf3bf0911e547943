package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// SubjectsOfClients returns those of the subjects that are the id of a client, and keeps the others from
// becoming one until the transaction ends: whoever registers a client has changed the locked row before
// UserSubjects.
func (s *Store) SubjectsOfClients(ctx context.Context, subjects []string) ([]string, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	if err := s.row(ctx, "SELECT value FROM settings WHERE name = 'catalogue_version'"+s.dialect.locking("FOR SHARE")).Scan(new(int64)); err != nil {
		return nil, s.fault(err)
	}
	var ids []string
	return ids, s.fault(s.on(ctx).Model(&clientRow{}).Where("id IN ?", subjects).Pluck("id", &ids).Error)
}

// EndedSubjects returns those of the subjects that a user who was deleted had, or as its id.
func (s *Store) EndedSubjects(ctx context.Context, subjects []string) ([]string, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	var ended []string
	return ended, s.fault(s.on(ctx).Table("ended_subjects").Where("subject IN ?", subjects).Pluck("subject", &ended).Error)
}

// UserSubjects returns those of the texts that are, or were, the subject or the id of a user.
func (s *Store) UserSubjects(ctx context.Context, texts []string) ([]string, error) {
	alike := account.Alike{Subjects: texts}
	for _, text := range texts {
		if id, err := provider.ParseID(text); err == nil {
			alike.IDs = append(alike.IDs, id)
		}
	}
	users, err := s.UsersAlike(ctx, alike)
	if err != nil {
		return nil, err
	}
	ended, err := s.EndedSubjects(ctx, texts) // after the users: one who is deleted meanwhile is in one of both
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, subject := range ended {
		taken[subject] = true
	}
	for _, u := range users {
		taken[u.ID.String()], taken[u.Subject] = true, true
	}
	var found []string
	for _, text := range texts {
		if taken[text] {
			found = append(found, text)
		}
	}
	return found, nil
}
