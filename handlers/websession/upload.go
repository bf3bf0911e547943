package websession

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// maxField bounds a field of a form with a file, in bytes.
const maxField = 4 << 10

// ErrFileSize: the file of a form has more bytes than it may.
var ErrFileSize = errors.New("websession: the file is too large")

// ReadUpload is ReadUserForm for a form with one file, of a bounded size in bytes. A form without a file, or with an
// empty one, has none: nil. It returns ErrFileSize, with what came before the file: the token must. The route must accept bodies
// that are somewhat larger.
func (s *Sessions) ReadUpload(r *http.Request, user provider.ID, field string, most int64) (values url.Values, file []byte, err error) {
	elsewhere := s.origin.Check(r)
	refused := refusal.New(refusal.AccessDenied, refusal.CheckCrossSite, "The form was sent from another site.").Because(elsewhere)
	if elsewhere != nil && !originWithheld(r) {
		return nil, nil, refused
	}
	values, file, err = readParts(r, field, most)
	if err != nil && !errors.Is(err, ErrFileSize) {
		return nil, nil, err
	}
	shown, shownAt, opened := s.openUserToken(r, values)
	if elsewhere != nil && (opened != nil || !s.recent(r, shownAt)) {
		return nil, nil, refused
	}
	if opened != nil || shown != user {
		return nil, nil, errors.Join(ErrOtherUser, opened)
	}
	return values, file, err
}

// readParts reads the parts in memory: the package mime/multipart alone would write files to the disk.
func readParts(r *http.Request, field string, most int64) (url.Values, []byte, error) {
	malformed := refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The body is not a well-formed form.")
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, nil, refusal.New(refusal.InvalidRequest, refusal.CheckContentType, "The body must be sent as multipart/form-data.").
			WithStatus(http.StatusUnsupportedMediaType).Compare(refusal.FieldContentType, "multipart/form-data", r.Header.Get("Content-Type"))
	}
	const maxParts = 10
	values, parts := url.Values{}, multipart.NewReader(r.Body, parameters["boundary"])
	var file []byte
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, file, nil
		}
		if err != nil {
			return nil, nil, malformed.Because(err)
		}
		bound := int64(maxField)
		if part.FormName() == field {
			bound = most
		}
		content, err := io.ReadAll(io.LimitReader(part, bound+1))
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("read form: %w", err)
		case int64(len(content)) > bound && part.FormName() == field:
			return values, nil, ErrFileSize
		case int64(len(content)) > bound:
			return nil, nil, malformed
		case part.FormName() == field:
			file = content
		default:
			values.Add(part.FormName(), string(content))
		}
	}
	return nil, nil, malformed
}
