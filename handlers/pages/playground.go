package pages

import "net/http"

// Playground is the page that lists the flows.
type Playground struct {
	Issuer string
	Flows  []PlaygroundLink
}

// PlaygroundLink is a flow, or a section of a specification.
type PlaygroundLink struct{ URL, Title, Text string }

// PlaygroundFlow is the page of one flow.
type PlaygroundFlow struct {
	// Action is where the forms are sent, and Token their proof that they were shown in this browser.
	Action, Token string
	Title, Lead   string
	// Begun: there is an attempt, which a form with Restart as its step forgets.
	Begun           bool
	Restart         string
	Steps, Mistakes []PlaygroundStep
	Others          []PlaygroundLink
}

// PlaygroundStep is a step, with the answer to it if there is one.
type PlaygroundStep struct {
	ID, AnswerID, Title string
	About               []string
	Specs               []PlaygroundLink
	// Own: the application does it by itself, and keeps Values.
	Own    bool
	Values []PlaygroundValue
	// Request and Command are empty as long as Waiting says what is missing for them.
	Request, Command, Waiting string
	Parameters                []PlaygroundValue
	// Visit is where the browser goes itself, or empty.
	Visit  string
	Ready  bool
	Answer *PlaygroundAnswer
}

// PlaygroundValue is a parameter or a claim. Words are its value in words, or empty.
type PlaygroundValue struct{ Name, Value, Meaning, Words string }

// PlaygroundAnswer is what came back.
type PlaygroundAnswer struct {
	// Sent is the request where the step now shows another one.
	Sent, Text string
	// Received are the parameters that the browser brought.
	Received []PlaygroundValue
	// Note is what the application makes of it, and Refused that it does not accept it.
	Note    string
	Refused bool
	// Fault is nil unless the server refused.
	Fault   *PlaygroundFault
	Tokens  []PlaygroundToken
	Members []PlaygroundValue
}

// PlaygroundFault is a refusal: what the response says, and what the server has recorded of it.
type PlaygroundFault struct {
	Code, Description string
	// Title is empty for a refusal without a record.
	Title, Explanation, Hint string
	// The others are as on the page of an error.
	About, Detail, Field, Expected, Received, RequestID, Command string
}

// PlaygroundToken is a token; one that is no JWT has neither header nor claims.
type PlaygroundToken struct {
	Name, Text, Meaning string
	Header, Claims      []PlaygroundValue
}

// Playground writes the page that lists the flows.
func (s *Set) Playground(w http.ResponseWriter, page Playground) error {
	return s.writeDevelopers(w, http.StatusOK, "playground", page)
}

// PlaygroundFlow writes the page of a flow.
func (s *Set) PlaygroundFlow(w http.ResponseWriter, page PlaygroundFlow) error {
	return s.writeDevelopersForm(w, http.StatusOK, "playground_flow", page)
}
