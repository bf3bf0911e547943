package playground

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// fault is the refusal in an answer, with what the server has recorded of it: the same that "gatehouse
// explain" tells the operator. It is nil if the server did not refuse.
func (p *Playground) fault(got answer, list []transcript.Member) *pages.PlaygroundFault {
	said := map[string]string{}
	for _, m := range list {
		said[m.Name] = m.Text()
	}
	for _, f := range got.received {
		said[f.Name] = f.Value
	}
	if said["error"] == "" {
		return nil
	}
	fault := &pages.PlaygroundFault{Code: said["error"], Description: said["error_description"]}
	_, id, _ := strings.Cut(said["error_uri"], p.Issuer+"/errors/")
	record, err := p.Records.Open(id)
	if err != nil { // an authorization response may come from anywhere
		return fault
	}
	why := p.Refusals.Explain(record.Check)
	fault.Title, fault.Explanation, fault.Hint = why.Title, why.Explanation, why.Hint
	fault.About, fault.Command = said["error_uri"], "gatehouse explain --dev "+id
	fault.Field, fault.Expected, fault.Received, fault.RequestID = string(record.Field), record.Expected, record.Received, record.RequestID
	return fault
}
