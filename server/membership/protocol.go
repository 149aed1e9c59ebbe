// Package membership is how members ask each other who is in the cluster, and
// to be let in: a small HTTP interface on a port of its own, over TLS in which
// both ends show a certificate. etcd's own peer port answers only once etcd
// runs, and has no way to be let in; a member that has no data yet needs both.
package membership

// State is how far a member has come.
type State string

const (
	// Empty has no data, and is in no cluster.
	Empty State = "empty"
	// Starting has data, but does not take part yet.
	Starting State = "starting"
	// Running takes part in a cluster, with or without a majority.
	Running State = "running"
)

// Status is what a member tells about itself.
type Status struct {
	Name  string `json:"name"`
	State State  `json:"state"`
	// Cluster is the cluster's id, 0 while the member is not running.
	Cluster uint64 `json:"cluster,omitempty"`
	// Current says that a majority stands behind Members at this moment. It
	// is what tells a cluster from the remains of one.
	Current bool     `json:"current"`
	Members []Member `json:"members,omitempty"`
	// Ready says that the member serves requests, and is to go on doing so.
	Ready bool `json:"ready"`
	// Retired says that it is not ready because it was told so.
	Retired bool `json:"retired,omitempty"`
}

// Member is an entry in a cluster's list.
type Member struct {
	ID uint64 `json:"id"`
	// PeerURL is what it is known by: its name is in the list only once it
	// has started for the first time.
	PeerURL string `json:"peerURL"`
	Learner bool   `json:"learner,omitempty"`
}

// Has reports whether a member is in the list.
func (s Status) Has(id uint64) bool {
	for _, member := range s.Members {
		if member.ID == id {
			return true
		}
	}
	return false
}

// Admission is what a member that is let in needs to start.
type Admission struct {
	// ID is its own from now on.
	ID      uint64   `json:"id"`
	Members []Member `json:"members"`
}

const (
	statusPath = "/status"
	joinPath   = "/members/{name}/join"
	leavePath  = "/members/{name}/leave"
	returnPath = "/members/{name}/return"
	retirePath = "/retire"
	resumePath = "/resume"
	attendPath = "/attend"
)
