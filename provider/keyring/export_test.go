package keyring

import (
	"io"
	"time"
)

// NewRow seals a data key as Open would. Open only ever makes the first key of a purpose; tests
// need a second one.
func NewRow(s Secrets, p Purpose, id byte, dataKey []byte, at time.Time, random io.Reader) (Row, error) {
	masters, err := mastersOf(s)
	if err != nil {
		return Row{}, err
	}
	return sealRow(masters, Row{Purpose: p, KeyID: id, ActiveFrom: at}, dataKey, random), nil
}
