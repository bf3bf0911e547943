package storage

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// A UUID is the same subject in every spelling: resource servers that read it as one, and databases, take
// one spelling for the other.

// spelled are the texts, with all spellings of those that are UUIDs.
func spelled(texts []string) []string {
	all := slices.Clone(texts)
	for _, text := range texts {
		if id, is := provider.ReadUUID(text); is {
			all = append(all, slices.DeleteFunc(id.Spellings(), func(s string) bool { return s == text })...)
		}
	}
	return all
}

// among are those of the texts that are among the found ones, in any spelling.
func among(texts, found []string) []string {
	taken := make(map[string]bool, len(found))
	for _, text := range found {
		taken[provider.SameName(text)] = true
	}
	var are []string
	for _, text := range texts {
		if taken[provider.SameName(text)] {
			are = append(are, text)
		}
	}
	return are
}

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
	err := s.fault(s.on(ctx).Model(&clientRow{}).Where("id IN ?", spelled(subjects)).Pluck("id", &ids).Error)
	return among(subjects, ids), err
}

// EndedSubjects returns those of the subjects that a user who was deleted had, or as its id.
func (s *Store) EndedSubjects(ctx context.Context, subjects []string) ([]string, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	var ended []string
	err := s.fault(s.on(ctx).Table("ended_subjects").Where("subject IN ?", spelled(subjects)).Pluck("subject", &ended).Error)
	return among(subjects, ended), err
}

// UserSubjects returns those of the texts that are, or were, the subject or the id of a user.
func (s *Store) UserSubjects(ctx context.Context, texts []string) ([]string, error) {
	alike := account.Alike{Subjects: spelled(texts)}
	for _, text := range texts {
		if id, is := provider.ReadUUID(text); is {
			alike.IDs = append(alike.IDs, id)
		}
	}
	users, err := s.UsersAlike(ctx, alike)
	if err != nil {
		return nil, err
	}
	taken, err := s.EndedSubjects(ctx, texts) // after the users: one who is deleted meanwhile is in one of both
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		taken = append(taken, u.ID.String(), u.Subject)
	}
	return among(texts, taken), nil
}
