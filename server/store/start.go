package store

import "fmt"

// start is how a member begins its life.
type start int

const (
	// startExisting reads the log that is there; membership is in it.
	startExisting start = iota
	// startAlone begins a new cluster, with this member alone in it.
	startAlone
)

// situation is all that the decision how to start depends on.
type situation struct {
	// hasLog is true when the volume holds a member's log.
	hasLog bool
	// replicas is how many members the cluster is to have.
	replicas int
}

// decide says how to start. An empty volume of a cluster with more members
// must never begin a new cluster, since the others may hold its data: that is
// where asking the peers, and joining them, has its place.
func decide(s situation) (start, error) {
	switch {
	case s.hasLog:
		return startExisting, nil
	case s.replicas == 1:
		return startAlone, nil
	default:
		return 0, fmt.Errorf("the volume is empty, and there are %d replicas; allowed: 1, for members cannot join yet", s.replicas)
	}
}
