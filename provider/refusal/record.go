package refusal

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// Record is what an error id says: all of a refusal that may be kept.
type Record struct {
	At        time.Time `json:"t"`
	Code      Code      `json:"e"`
	Check     Check     `json:"c"`
	ClientID  string    `json:"i,omitempty"`
	Field     Field     `json:"f,omitempty"`
	Expected  string    `json:"x,omitempty"`
	Received  string    `json:"r,omitempty"`
	Route     string    `json:"p,omitempty"`
	RequestID string    `json:"q,omitempty"`
}

// MaxIDLength bounds an error id, in characters.
const MaxIDLength = 600

// ErrUnknownID: the text is not an error id of this provider, or the key that sealed
// it is gone.
var ErrUnknownID = errors.New("unknown error id")

// sealer encrypts and authenticates under a key that only this provider has.
type sealer interface {
	Seal(plaintext []byte) []byte
	Open(sealed []byte) ([]byte, error)
}

// Recorder turns records into error ids and back.
type Recorder struct{ seal sealer }

// NewRecorder makes a Recorder that seals with s.
func NewRecorder(s sealer) *Recorder { return &Recorder{seal: s} }

// ID seals the record. A record that would not fit into MaxIDLength loses its
// comparison first and then the client id, which alone can be long.
func (r *Recorder) ID(rec Record) string {
	rec.At = rec.At.UTC().Truncate(time.Second)
	id := r.encode(rec)
	if len(id) > MaxIDLength {
		rec.Expected, rec.Received = "", ""
		id = r.encode(rec)
	}
	if len(id) > MaxIDLength {
		rec.ClientID = ""
		id = r.encode(rec)
	}
	return id
}

func (r *Recorder) encode(rec Record) string {
	plain, err := json.Marshal(rec)
	if err != nil { // a struct of strings and a time always marshals
		panic("refusal: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(r.seal.Seal(plain))
}

// Open reads an error id. It returns ErrUnknownID.
func (r *Recorder) Open(id string) (Record, error) {
	if len(id) == 0 || len(id) > MaxIDLength {
		return Record{}, ErrUnknownID
	}
	sealed, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return Record{}, ErrUnknownID
	}
	plain, err := r.seal.Open(sealed)
	if err != nil {
		return Record{}, ErrUnknownID
	}
	var rec Record
	if err := json.Unmarshal(plain, &rec); err != nil {
		return Record{}, ErrUnknownID
	}
	return rec, nil
}
