package audit

// ActorKind says what an actor is.
type ActorKind string

// The kinds of actors.
const (
	// OperatingSystemUser uses the command line of a machine that can reach the database.
	OperatingSystemUser ActorKind = "operating_system_user"
	// Job is the server itself: a background job, or the start of a server.
	Job ActorKind = "job"
)

// Actor is who carries out an administrative act. The zero value may do nothing.
type Actor struct {
	Kind ActorKind
	// ID is the name of the operating system's user, or of the job.
	ID string
	// Host is the machine on which the command line ran.
	Host string
}

// BackgroundJob is the server itself as an actor.
func BackgroundJob(name string) Actor { return Actor{Kind: Job, ID: name} }

// may tells whether the actor may carry out administrative acts: those who have the secret and the
// database of the provider may do everything.
func (a Actor) may() bool {
	return (a.Kind == OperatingSystemUser || a.Kind == Job) && a.ID != ""
}
